package io.github.vanillanet.serve.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.error.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BodyPaceTest {

  private final BodyPace pace = new BodyPace(Duration.ofSeconds(5), 8192, Duration.ofSeconds(60));

  @Test
  void anyRateIsAllowedAtFirst() {
    assertThat(code(0, 4_999)).isEmpty();
    assertThat(code(0, 5_000)).contains(ErrorCode.BODY_TOO_SLOW);
    assertThat(code(5, 5_000)).as("one byte a second").contains(ErrorCode.BODY_TOO_SLOW);
  }

  @Test
  void theAverageRateIsRequiredAfterwards() {
    assertThat(code(5 * 8192, 5_000)).isEmpty();
    assertThat(code(5 * 8192 - 1, 5_000)).contains(ErrorCode.BODY_TOO_SLOW);
    assertThat(code(20 * 8192, 20_000)).isEmpty();
    assertThat(code(20 * 8192, 20_001)).as("it has stopped").contains(ErrorCode.BODY_TOO_SLOW);
  }

  @Test
  void noBodyTakesLongerThanTheLimit() {
    assertThat(code(1 << 30, 59_999)).isEmpty();
    assertThat(code(1 << 30, 60_000)).contains(ErrorCode.BODY_TOO_SLOW);
  }

  @Test
  void aBodyThatHasArrivedMayWaitForAThread() {
    assertThat(pace.violation(119, 119, Duration.ofMinutes(2))).isEmpty();
    assertThat(pace.violation(118, 119, Duration.ofSeconds(5))).isPresent();
  }

  private Optional<ErrorCode> code(long received, int millis) {
    return pace.violation(received, 0, Duration.ofMillis(millis)).map(reason -> reason.code());
  }
}
