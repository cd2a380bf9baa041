package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.serve.metrics.Stage;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallTest {

  private final ManualTicker ticker = new ManualTicker();
  private final Call call = new Call(ticker, ticker.nanos());

  @Test
  void timesOfAStageAreAddedUpAndTheTotalCountsFromTheArrival() {
    ticker.advance(Duration.ofMillis(1));
    work(Stage.DECODE, 2);
    work(Stage.PREPROCESS, 3);
    work(Stage.DECODE, 4);

    Map<Stage, Duration> timings = call.timings();
    assertThat(timings)
        .containsOnly(
            Map.entry(Stage.DECODE, Duration.ofMillis(6)),
            Map.entry(Stage.PREPROCESS, Duration.ofMillis(3)),
            Map.entry(Stage.TOTAL, Duration.ofMillis(10)));
  }

  @Test
  void theShortestLimitCountsFromTheArrival() {
    ticker.advance(Duration.ofMillis(10));

    call.limit(Duration.ofMillis(30));
    call.limit(Duration.ofMillis(15));
    call.limit(Duration.ofMillis(20));

    assertThat(call.deadline().remaining()).isEqualTo(Duration.ofMillis(5));
  }

  private void work(Stage stage, int millis) {
    call.time(
        stage,
        () -> {
          ticker.advance(Duration.ofMillis(millis));
          return millis;
        });
  }
}
