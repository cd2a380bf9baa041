package io.github.vanillanet.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {

  private static final Timeline TIMELINE =
      Timeline.of(
          List.of(new Stage(64, 3, 8, 0.1, 0.01, 1), new Stage(96, 2, 4, 0.02, 0, 0)),
          List.of(5, 10));

  @Test
  void stepsAndEpochsAreCountedOverAllStages() {
    assertThat(TIMELINE.totalSteps()).isEqualTo(35);
    assertThat(TIMELINE.at(0).index()).isZero();
    assertThat(TIMELINE.at(14).epoch(14)).isEqualTo(2);
    assertThat(TIMELINE.at(14).stepInEpoch(14)).isEqualTo(4);
    assertThat(TIMELINE.at(15).index()).isEqualTo(1);
    assertThat(TIMELINE.at(15).epoch(15)).isEqualTo(3);
    assertThat(TIMELINE.at(34).epoch(34)).isEqualTo(4);
    assertThat(TIMELINE.at(34).stepInEpoch(34)).isEqualTo(9);
    assertThat(TIMELINE.at(35)).isEqualTo(TIMELINE.last());
    assertThat(TIMELINE.at(35).epoch(35)).isEqualTo(5);
  }

  @Test
  void eachStageHasItsOwnLearningRates() {
    Timeline.Span first = TIMELINE.at(0);
    assertThat(first.rate(0)).isZero();
    assertThat(first.rate(4)).isEqualTo(0.1);
    assertThat(first.rate(5)).isEqualTo(0.1);
    assertThat(first.rate(14)).isBetween(0.01, 0.02);
    Timeline.Span second = TIMELINE.at(15);
    assertThat(second.rate(15)).isEqualTo(0.02);
    assertThat(second.rate(34)).isBetween(0.0, 0.001);
  }
}
