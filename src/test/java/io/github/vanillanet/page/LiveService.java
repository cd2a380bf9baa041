package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.cli.Jar;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged service with a trained model in two versions, a full-size seeded model, a group of
 * both, and two users: {@code chief} is an administrator, {@code guest} is not. It ends with the
 * process of the tests.
 */
final class LiveService {

  /** Narrow, 64×64 pixels, ten classes. */
  static final String NARROW = "narrow";

  /** 224×224 pixels, not trained. */
  static final String SEEDED = "vanillanet-5";

  static final String GROUP = "family";
  static final String CHIEF = "chief";
  static final String GUEST = "guest";
  static final String PASSWORD = "öpen: sesame"; // not ASCII, and with the separator

  /** A label with markup. */
  static final String LABEL = "<script>document.title='gone'</script><img src=x onerror=alert(1)>";

  static final String ISSUER = "https://issuer.example";

  private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private final URI address;
  private final Path repository;
  private final KeyPair keys;

  private LiveService(URI address, Path repository, KeyPair keys) {
    this.address = address;
    this.repository = repository;
    this.keys = keys;
  }

  static LiveService start() {
    try {
      return started();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot start the service", e);
    }
  }

  private static LiveService started() throws IOException, GeneralSecurityException {
    Path folder = Files.createTempDirectory("page");
    Path repository = folder.resolve("models");
    Jar jar = new Jar(folder);
    String labels = Files.writeString(folder.resolve("labels.txt"), labels()).toString();
    Jar.Result result = jar.importSmall(repository, "--name", NARROW, "--labels", labels);
    assertThat(result.exitCode()).as(result.err()).isZero();
    NarrowModels.copy(repository.resolve(NARROW), 2);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    Jar.Running running =
        jar.start(
            List.of(),
            Map.ofEntries(
                Map.entry("QUARKUS_HTTP_PORT", "0"),
                Map.entry("VANILLANET_REPOSITORY", repository.toString()),
                Map.entry("VANILLANET_SEEDED_MODELS", "vanillanet_5"),
                Map.entry("VANILLANET_GROUPS_FAMILY", NARROW + "," + SEEDED),
                Map.entry("VANILLANET_TRAINING_THREADS", "1"),
                Map.entry("VANILLANET_TRAINING_HEAP", "512m"),
                Map.entry("QUARKUS_SECURITY_USERS_EMBEDDED_USERS_CHIEF", PASSWORD),
                Map.entry("QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_CHIEF", "admin"),
                Map.entry("QUARKUS_SECURITY_USERS_EMBEDDED_USERS_GUEST", PASSWORD),
                Map.entry("QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_GUEST", "reader"),
                Map.entry("MP_JWT_VERIFY_ISSUER", ISSUER),
                Map.entry(
                    "MP_JWT_VERIFY_PUBLICKEY",
                    Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()))));
    Runtime.getRuntime().addShutdownHook(new Thread(running.process()::destroy, "end-service"));
    return new LiveService(awaitReady(running), repository, keys);
  }

  private static String labels() {
    StringBuilder labels = new StringBuilder();
    for (int label = 0; label < 10; label++) {
      labels.append(LABEL).append(' ').append(label).append('\n');
    }
    return labels.toString();
  }

  private static URI awaitReady(Jar.Running service) throws IOException {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (System.nanoTime() < until && service.process().isAlive()) {
      Matcher listening = LISTENING.matcher(Files.readString(service.err()));
      if (listening.find()) {
        URI address = URI.create("http://localhost:" + listening.group(1) + "/");
        if (isReady(address)) {
          return address;
        }
      }
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
    throw new AssertionError("not ready:\n" + Files.readString(service.err()));
  }

  private static boolean isReady(URI address) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(address.resolve("q/health/ready")).build();
    try {
      return HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Ends with a slash. */
  URI address() {
    return address;
  }

  /** Publishes version 1 of a model again, under another number. */
  void addVersion(String model, int number) throws IOException {
    NarrowModels.copy(repository.resolve(model), number);
  }

  /** The key that signs tokens. */
  KeyPair keys() {
    return keys;
  }
}
