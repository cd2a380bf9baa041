package io.github.vanillanet.serve.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.config.SignInConfig;
import io.github.vanillanet.base.timing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SignInThrottleTest {

  private static final Duration WINDOW = Duration.ofSeconds(60);
  private static final String HOME = "192.0.2.1";

  private record Limits(int failures, int addressFailures, Duration window)
      implements SignInConfig {}

  private final ManualTicker ticker = new ManualTicker();
  private final SignInThrottle throttle = new SignInThrottle(ticker, new Limits(3, 5, WINDOW));

  private void fail(String address, String user, int times) {
    for (int i = 0; i < times; i++) {
      throttle.failed(address, user);
    }
  }

  @Test
  void aUserWaitsAfterTheLimitUntilTheFirstFailureIsOld() {
    throttle.failed(HOME, "ann");
    ticker.advance(Duration.ofSeconds(10));
    fail(HOME, "ann", 1);
    Duration below = throttle.delay(HOME, "ann");
    fail(HOME, "ann", 1);

    assertThat(below).isZero();
    assertThat(throttle.delay(HOME, "ann")).isEqualTo(Duration.ofSeconds(50));
    ticker.advance(Duration.ofSeconds(50));
    assertThat(throttle.delay(HOME, "ann")).isZero();
    throttle.failed(HOME, "ann");
    assertThat(throttle.delay(HOME, "ann")).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void otherUsersAndOtherAddressesDoNotWait() {
    fail(HOME, "ann", 3);

    assertThat(throttle.delay(HOME, "bob")).isZero();
    assertThat(throttle.delay("192.0.2.2", "ann")).isZero();
  }

  @Test
  void anAddressWaitsAfterFailuresOfManyUsers() {
    for (int i = 0; i < 5; i++) {
      throttle.failed(HOME, "user" + i);
    }

    assertThat(throttle.delay(HOME, "another")).isEqualTo(WINDOW);
    assertThat(throttle.delay("192.0.2.2", "another")).isZero();
    ticker.advance(WINDOW);
    assertThat(throttle.delay(HOME, "another")).isZero();
  }

  @Test
  void successForgetsTheFailuresOfThatUserOnly() {
    fail(HOME, "ann", 2);
    fail(HOME, "bob", 2);

    throttle.succeeded(HOME, "ann");
    fail(HOME, "ann", 1);
    fail(HOME, "bob", 1);

    assertThat(throttle.delay(HOME, "ann")).isZero();
    assertThat(throttle.delay(HOME, "bob")).isEqualTo(WINDOW);
  }

  @Test
  void millionsOfAddressesKeepBoundedMemoryAndTheOldestIsForgotten() {
    fail(HOME, "ann", 3);
    fail("192.0.2.2", "ann", 3);
    for (int i = 0; i < SignInThrottle.MAX_ADDRESSES - 1; i++) {
      throttle.failed("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), "user" + i);
    }

    assertThat(throttle.addresses()).isEqualTo(SignInThrottle.MAX_ADDRESSES);
    assertThat(throttle.delay(HOME, "ann")).isZero();
    assertThat(throttle.delay("192.0.2.2", "ann")).isEqualTo(WINDOW);
  }

  @Test
  void anAddressWithoutFailuresTakesNoMemory() {
    throttle.delay(HOME, "ann");
    throttle.succeeded(HOME, "ann");
    fail(HOME, "ann", 1);
    throttle.succeeded(HOME, "ann");

    assertThat(throttle.addresses()).isZero();
  }
}
