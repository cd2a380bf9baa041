package io.github.vanillanet.serve.api.access;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.InvalidKeySpecException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.wildfly.security.password.PasswordFactory;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.spec.EncryptablePasswordSpec;
import org.wildfly.security.password.spec.IteratedSaltedPasswordAlgorithmSpec;
import org.wildfly.security.password.util.ModularCrypt;

/**
 * The users whose configured password is a bcrypt hash. A check takes the same time for each name,
 * with or without a hash. Thread-safe.
 *
 * @see <a href="https://www.usenix.org/legacy/events/usenix99/provos/provos.pdf">bcrypt</a>
 */
final class PasswordHashes {

  private static final Pattern PREFIX = Pattern.compile("\\$2[aby]?\\$.*", Pattern.DOTALL);
  private static final Pattern HASH =
      Pattern.compile("\\$2[aby]\\$(?:0[4-9]|1[0-6])\\$[./A-Za-z0-9]{53}");

  private static final String MAC = "HmacSHA256";

  private final PasswordFactory bcrypt = factory();
  private final Map<String, BCryptPassword> hashes = new HashMap<>();
  private final BCryptPassword decoy;

  /** Codes of the passwords that were correct, by user: a program sends the same one each time. */
  private final Map<String, byte[]> correct = new ConcurrentHashMap<>();

  private final SecretKeySpec key;

  /**
   * @param passwords of all users, those without a hash too
   * @throws ServiceException {@code BAD_CONFIGURATION} for a value that begins like a hash but is
   *     none, or whose cost is above 16 (seconds for each check)
   */
  PasswordHashes(Map<String, String> passwords) {
    passwords.forEach(
        (user, password) -> {
          if (PREFIX.matcher(password).matches()) {
            hashes.put(user, parse(user, password));
          }
        });
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    key = new SecretKeySpec(random, MAC);
    int cost = hashes.values().stream().mapToInt(BCryptPassword::getIterationCount).max().orElse(0);
    decoy =
        BCryptPassword.createRaw(
            BCryptPassword.ALGORITHM_BCRYPT,
            new byte[BCryptPassword.BCRYPT_HASH_SIZE],
            new byte[BCryptPassword.BCRYPT_SALT_SIZE],
            cost);
  }

  private static BCryptPassword parse(String user, String hash) {
    if (!HASH.matcher(hash).matches()) {
      throw BAD_CONFIGURATION.error(
          "the password of the user %s begins like a bcrypt hash but is none: expected"
              + " $2a$, $2b$ or $2y$, a cost of 04 to 16, '$', and 53 characters."
              + " Create one with: htpasswd -nB -C 10 NAME",
          user);
    }
    try {
      // the three variants differ only in faults of old programs
      return (BCryptPassword) ModularCrypt.decode("$2a" + hash.substring(3));
    } catch (InvalidKeySpecException e) {
      throw BAD_CONFIGURATION.error(e, "the bcrypt hash of the user %s cannot be read", user);
    }
  }

  private static PasswordFactory factory() {
    try {
      return PasswordFactory.getInstance(
          BCryptPassword.ALGORITHM_BCRYPT, WildFlyElytronPasswordProvider.getInstance());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Elytron has bcrypt", e);
    }
  }

  boolean contains(String user) {
    return hashes.containsKey(user);
  }

  /** Returns whether this password of this user was correct before. Takes microseconds. */
  boolean isKnown(String user, char[] password) {
    byte[] known = correct.get(user);
    return known != null && MessageDigest.isEqual(known, code(password));
  }

  /**
   * Checks the password of a user. Takes about 60 ms of a processor at cost 10, and twice as much
   * for each step above; no time if there are no hashes at all.
   *
   * @return false for a user without a hash
   */
  boolean matches(String user, char[] password) {
    if (hashes.isEmpty()) {
      return false;
    }
    BCryptPassword expected = hashes.getOrDefault(user, decoy);
    boolean matches = MessageDigest.isEqual(expected.getHash(), hash(expected, password));
    for (int cost = expected.getIterationCount(); cost < decoy.getIterationCount(); cost++) {
      hash(withCost(cost), password); // 2^c + 2^c + … + 2^(max-1) = 2^max rounds for each user
    }
    if (matches && hashes.containsKey(user)) {
      correct.put(user, code(password));
      return true;
    }
    return false;
  }

  private BCryptPassword withCost(int cost) {
    return BCryptPassword.createRaw(decoy.getAlgorithm(), decoy.getHash(), decoy.getSalt(), cost);
  }

  private byte[] hash(BCryptPassword parameters, char[] password) {
    try {
      IteratedSaltedPasswordAlgorithmSpec algorithm =
          new IteratedSaltedPasswordAlgorithmSpec(
              parameters.getIterationCount(), parameters.getSalt());
      return ((BCryptPassword)
              bcrypt.generatePassword(new EncryptablePasswordSpec(password, algorithm)))
          .getHash();
    } catch (InvalidKeySpecException e) {
      throw new IllegalStateException("cost and salt were checked", e);
    }
  }

  private byte[] code(char[] password) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      mac.update(StandardCharsets.UTF_8.encode(CharBuffer.wrap(password)));
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + MAC, e);
    }
  }
}
