package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.Timings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StageClockTest {

  private final ManualTicker ticker = new ManualTicker();

  @Test
  void stagesAddUpAndTheTotalHoldsThemAll() {
    StageClock clock = new StageClock(ticker, ticker.nanos());

    ticker.advance(Duration.ofMillis(1));
    work(clock, Stage.DECODE, 2);
    work(clock, Stage.PREPROCESS, 3);
    work(clock, Stage.DECODE, 4);

    Timings timings = clock.read();
    assertThat(timings.of(Stage.DECODE)).isEqualTo(Duration.ofMillis(6));
    assertThat(timings.of(Stage.PREPROCESS)).isEqualTo(Duration.ofMillis(3));
    assertThat(timings.of(Stage.INFER)).isZero();
    assertThat(timings.of(Stage.TOTAL)).isEqualTo(Duration.ofMillis(10));
  }

  @Test
  void theTightestLimitHoldsAndRunsFromTheArrival() {
    Call call = new Call(ticker, ticker.nanos());
    ticker.advance(Duration.ofMillis(10));

    call.limit(Duration.ofMillis(30));
    call.limit(Duration.ofMillis(15));
    call.limit(Duration.ofMillis(20));

    assertThat(call.deadline().remaining()).isEqualTo(Duration.ofMillis(5));
  }

  private void work(StageClock clock, Stage stage, int millis) {
    clock.time(
        stage,
        () -> {
          ticker.advance(Duration.ofMillis(millis));
          return millis;
        });
  }
}
