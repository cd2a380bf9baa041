package io.github.vanillanet.train.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class VerdictTest {

  /** Three right answers of four; class b is recognized in one of two images. */
  private static final ConfusionMatrix THREE_OF_FOUR =
      new ConfusionMatrix(new long[][] {{2, 0}, {1, 1}}, 0);

  @Test
  void aCandidateMayBeWorseByTheTolerance() {
    OptionalDouble live = OptionalDouble.of(0.8);

    assertThat(Verdict.objection(THREE_OF_FOUR, live, 0.0501)).isEmpty();
    assertThat(Verdict.objection(THREE_OF_FOUR, live, 0.0499).orElseThrow())
        .contains("0.7500", "0.8000", "0.0499");
  }

  @Test
  void theFirstVersionNeedsNoComparison() {
    assertThat(Verdict.objection(THREE_OF_FOUR, OptionalDouble.empty(), 0)).isEmpty();
  }

  @Test
  void aCandidateWithNonFiniteLogitsIsRejected() {
    ConfusionMatrix broken = new ConfusionMatrix(THREE_OF_FOUR.counts(), 7);

    assertThat(Verdict.objection(broken, OptionalDouble.empty(), 1).orElseThrow()).contains("7");
  }

  @Test
  void nonFiniteAnswersCountAsWrong() {
    assertThat(THREE_OF_FOUR.accuracy()).isEqualTo(0.75);
    assertThat(new ConfusionMatrix(THREE_OF_FOUR.counts(), 4).accuracy()).isEqualTo(0.375);
  }

  @Test
  void scoresHavePrecisionAndRecallPerClass() {
    assertThat(THREE_OF_FOUR.scores(List.of("a", "b")))
        .containsExactly(
            new ConfusionMatrix.ClassScore("a", 2, 2 / 3.0, 1),
            new ConfusionMatrix.ClassScore("b", 2, 1, 0.5));
    assertThat(new ConfusionMatrix(new long[1][1], 0).scores(List.of("a")))
        .containsExactly(new ConfusionMatrix.ClassScore("a", 0, 0, 0));
  }
}
