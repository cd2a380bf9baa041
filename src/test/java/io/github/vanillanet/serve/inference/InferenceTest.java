package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class InferenceTest {

  private static final List<String> LABELS = List.of("ant", "bee", "cat", "dog");

  @Test
  void theMostProbableClassesComeFirst() {
    List<Prediction> top = inference(1, 1, 3, 2, 0).top(0, 2);

    assertThat(top).extracting(Prediction::label).containsExactly("bee", "cat");
    double sum = Math.exp(-2) + 1 + Math.exp(-1) + Math.exp(-3);
    assertThat(top.get(0).probability()).isCloseTo(1 / sum, within(1e-12));
    assertThat(top.get(1).probability()).isCloseTo(Math.exp(-1) / sum, within(1e-12));
  }

  @Test
  void equalClassesAreOrderedByIndex() {
    List<Prediction> top = inference(1, 5, 7, 5, 7).top(0, 3);

    assertThat(top).extracting(Prediction::index).containsExactly(1, 3, 0);
  }

  @Test
  void probabilitiesAddUpToOneForLargeLogits() {
    List<Prediction> all = inference(1, 3e38f, -3e38f, 1e4f, 3e38f).top(0, 99);

    assertThat(all).hasSize(4);
    assertThat(all.stream().mapToDouble(Prediction::probability).sum()).isCloseTo(1, within(1e-12));
  }

  @Test
  void eachSampleHasItsOwnRow() {
    Inference two = inference(2, 1, 3, 2, 0, 9, 0, 0, 0);

    assertThat(two.top(0, 1)).extracting(Prediction::label).containsExactly("bee");
    assertThat(two.top(1, 1)).extracting(Prediction::label).containsExactly("ant");
  }

  private static Inference inference(int samples, float... logits) {
    return new Inference("model", 1, true, LABELS, samples, logits, Collections.emptySortedMap());
  }
}
