package io.github.vanillanet.serve.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.timing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatencyEstimatorTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final double MILLI = 1e6;

  private final ManualTicker ticker = new ManualTicker();
  private final LatencyEstimator estimator = new LatencyEstimator(ticker);
  private final MovingAverage average = new MovingAverage(ticker);

  @Test
  void averageMovesAFifthOfTheWayToANewValue() {
    average.restart(10);

    average.add(20);

    assertThat(average.nanos()).isCloseTo(12, within(1e-9));
  }

  @Test
  void averageDecaysToTheSmallestValueWithAHalfLifeOfOneSecond() {
    average.restart(10);
    average.add(20);

    ticker.advance(SECOND);
    assertThat(average.nanos()).isCloseTo(11, within(1e-9));
    ticker.advance(Duration.ofMinutes(1));
    assertThat(average.nanos()).isCloseTo(10, within(1e-9));
  }

  @Test
  void marginIncludesEightyPercentOfTheTimeAheadAndOneProbe() {
    assertThat(margin(100, 10, 10)).isEqualTo(Duration.ofMillis(90));
    assertThat(margin(5, 10, 10))
        .as("no probe longer than the time ahead")
        .isEqualTo(Duration.ofMillis(9));
  }

  @Test
  void marginCoversTheWorstOfTheLastHundredWorks() {
    estimator.learn(10 * MILLI, 15 * MILLI);
    learnPunctual(99);
    assertThat(margin(0, 10, 0)).isEqualTo(Duration.ofMillis(5));

    learnPunctual(1);
    assertThat(margin(0, 10, 0)).isZero();
  }

  @Test
  void latenessIsAddedToLongWorkAndScaledForShortWork() {
    estimator.learn(10 * MILLI, 15 * MILLI);

    assertThat(margin(0, 100, 0)).isEqualTo(Duration.ofMillis(5));
    assertThat(margin(0, 2, 0)).isEqualTo(Duration.ofMillis(1));
  }

  @Test
  void latenessHalvesEverySecondAfterTheFirst() {
    estimator.learn(10 * MILLI, 18 * MILLI);

    ticker.advance(SECOND);
    assertThat(margin(0, 10, 0)).isEqualTo(Duration.ofMillis(8));
    ticker.advance(SECOND);
    assertThat(margin(0, 10, 0)).isEqualTo(Duration.ofMillis(4));
    ticker.advance(SECOND);
    learnPunctual(1); // what is remembered has decayed, too
    assertThat(margin(0, 10, 0)).isEqualTo(Duration.ofMillis(2));
  }

  private void learnPunctual(int works) {
    for (int work = 0; work < works; work++) {
      estimator.learn(10 * MILLI, 10 * MILLI);
    }
  }

  private Duration margin(double aheadMillis, double ownMillis, double probeMillis) {
    return Duration.ofNanos(
        Math.round(estimator.margin(aheadMillis * MILLI, ownMillis * MILLI, probeMillis * MILLI)));
  }
}
