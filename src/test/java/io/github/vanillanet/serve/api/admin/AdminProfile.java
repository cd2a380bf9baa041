package io.github.vanillanet.serve.api.admin;

import io.github.vanillanet.serve.registry.NarrowModels;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * A service with one narrow model, an empty data root, a key for tokens and two users: {@code
 * chief} is an administrator, {@code guest} is not.
 */
public final class AdminProfile implements QuarkusTestProfile {

  static final String MODEL = "narrow";
  public static final String ISSUER = "https://issuer.example";
  private static final String PRIVATE_KEY = "test.private-key";
  static final String MAX_UPLOAD = "100000";

  /** Settings of a service that accepts tokens signed with {@link #issuerKey}. */
  public static Map<String, String> keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair pair = generator.generateKeyPair();
      Base64.Encoder base64 = Base64.getEncoder();
      return Map.of(
          "mp.jwt.verify.publickey",
          base64.encodeToString(pair.getPublic().getEncoded()),
          "mp.jwt.verify.issuer",
          ISSUER,
          PRIVATE_KEY,
          base64.encodeToString(pair.getPrivate().getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /** The key of the issuer whose tokens the running service accepts. */
  public static PrivateKey issuerKey() throws GeneralSecurityException {
    byte[] key =
        Base64.getDecoder().decode(ConfigProvider.getConfig().getValue(PRIVATE_KEY, String.class));
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key));
  }

  @Override
  public List<TestResourceEntry> testResources() {
    return List.of(new TestResourceEntry(Folders.class));
  }

  @Override
  public boolean disableGlobalTestResources() {
    return true;
  }

  /** Creates the folders and the settings of the service. */
  public static final class Folders implements QuarkusTestResourceLifecycleManager {

    @Override
    public Map<String, String> start() {
      try {
        Path root = Files.createTempDirectory("admin-profile");
        NarrowModels.publish(root.resolve("models"), MODEL, 1);
        Files.createDirectories(root.resolve("data/flowers/train/rose"));
        Map<String, String> settings = new HashMap<>(keys());
        settings.put("vanillanet.repository", root.resolve("models").toString());
        settings.put("vanillanet.device", "cpu");
        settings.put("vanillanet.threads", "1");
        settings.put("vanillanet.training.jobs", root.resolve("jobs").toString());
        settings.put("vanillanet.training.data-root", root.resolve("data").toString());
        settings.put("vanillanet.training.max-upload", MAX_UPLOAD);
        settings.put("vanillanet.training.stop-grace", "0.05S");
        settings.put("quarkus.security.users.embedded.users.chief", "open sesame");
        settings.put("quarkus.security.users.embedded.roles.chief", "admin");
        settings.put("quarkus.security.users.embedded.users.guest", "hello");
        settings.put("quarkus.security.users.embedded.roles.guest", "reader");
        return settings;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void stop() {
      // the service may still use the temporary folder
    }
  }
}
