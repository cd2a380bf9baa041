package io.github.vanillanet.serve.api.access;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.Failures;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashesTest {

  /** Of "open sesame", from libxcrypt. */
  private static final String HASH = "$2b$06$N9qo8uLOickgx2ZMRZoMyeDtmp85Ky7HEKL9MTvvAWvKjgBrPz1wi";

  private static PasswordHashes of(String hash) {
    return new PasswordHashes(Map.of("ann", hash, "bob", "plain"));
  }

  private static boolean matches(PasswordHashes hashes, String user, String password) {
    return hashes.matches(user, password.toCharArray());
  }

  /** The hashes are from libxcrypt 4.4. */
  @ParameterizedTest
  @CsvSource({
    "open sesame, $2a$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy",
    "open sesame, " + HASH,
    "pässwörd €, $2y$05$QxwKJrH3.Zw0sDcVrO5E6uvGtTkZ/jcW2kTuaiwCTMPmpedg9bYd2",
    "'', $2y$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq"
  })
  void hashesOfOtherProgramsAreRead(String password, String hash) {
    PasswordHashes hashes = of(hash);

    assertThat(matches(hashes, "ann", password)).isTrue();
    assertThat(matches(hashes, "ann", password + "x")).isFalse();
    assertThat(matches(hashes, "ann", hash)).isFalse();
    assertThat(matches(hashes, "Ann", password)).isFalse();
  }

  @Test
  void bcryptReads72BytesOfAPassword() {
    PasswordHashes hashes = of("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i");

    assertThat(matches(hashes, "ann", "x".repeat(72))).isTrue();
    assertThat(matches(hashes, "ann", "x".repeat(71))).isFalse();
    assertThat(matches(hashes, "ann", "x".repeat(20_000))).isTrue();
  }

  @Test
  void usersWithoutAHashNeverMatch() {
    PasswordHashes hashes = of(HASH);

    assertThat(hashes.contains("ann")).isTrue();
    assertThat(hashes.contains("bob")).isFalse();
    assertThat(matches(hashes, "bob", "plain")).isFalse();
    assertThat(matches(hashes, "stranger", "")).isFalse();
    assertThat(matches(new PasswordHashes(Map.of("bob", "plain")), "bob", "plain")).isFalse();
  }

  @Test
  void aCorrectPasswordIsKnownAfterItsFirstCheck() {
    PasswordHashes hashes = of(HASH);
    char[] password = "open sesame".toCharArray();
    boolean before = hashes.isKnown("ann", password);

    hashes.matches("ann", "wrong".toCharArray());
    boolean afterWrong = hashes.isKnown("ann", "wrong".toCharArray());
    hashes.matches("ann", password);

    assertThat(before).isFalse();
    assertThat(afterWrong).isFalse();
    assertThat(hashes.isKnown("ann", password)).isTrue();
    assertThat(hashes.isKnown("ann", "wrong".toCharArray())).isFalse();
    assertThat(hashes.isKnown("bob", password)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$2b$06$tooshort",
        "$2b$03$N9qo8uLOickgx2ZMRZoMyeDtmp85Ky7HEKL9MTvvAWvKjgBrPz1wi",
        "$2b$31$N9qo8uLOickgx2ZMRZoMyeDtmp85Ky7HEKL9MTvvAWvKjgBrPz1wi",
        "$2b$06$N9qo8uLOickgx2ZMRZoMyeDtmp85Ky7HEKL9MTvvAWvKjgBrPz1w!",
        "$2$06$N9qo8uLOickgx2ZMRZoMyeDtmp85Ky7HEKL9MTvvAWvKjgBrPz1wi",
        "$2y$10$N9qo8uLOickgx2ZMRZoMyeDtmp85Ky7HEKL9MTvvAWvKjgBrPz1wi\n"
      })
  void aDamagedHashIsNotAPassword(String hash) {
    assertThatThrownBy(() -> of(hash))
        .is(Failures.code(BAD_CONFIGURATION))
        .hasMessageContaining("ann")
        .hasMessageNotContaining(hash.strip());
  }
}
