package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TopClassesTest {

  private static final List<String> LABELS = List.of("ant", "bee", "cat", "dog");

  @Test
  void theMostProbableComeFirst() {
    List<Prediction> top = TopClasses.of(new float[] {1, 3, 2, 0}, LABELS, 2);

    assertThat(top).extracting(Prediction::label).containsExactly("bee", "cat");
    double sum = Math.exp(-2) + 1 + Math.exp(-1) + Math.exp(-3);
    assertThat(top.get(0).probability()).isCloseTo(1 / sum, within(1e-12));
    assertThat(top.get(1).probability()).isCloseTo(Math.exp(-1) / sum, within(1e-12));
  }

  @Test
  void equalsKeepTheOrderOfTheirIndices() {
    List<Prediction> top = TopClasses.of(new float[] {5, 7, 5, 7}, LABELS, 3);

    assertThat(top).extracting(Prediction::index).containsExactly(1, 3, 0);
  }

  @Test
  void probabilitiesOfAllClassesAddUpToOneHoweverLargeTheLogits() {
    List<Prediction> all = TopClasses.of(new float[] {3e38f, -3e38f, 1e4f, 3e38f}, LABELS, 99);

    assertThat(all).hasSize(4);
    assertThat(all.stream().mapToDouble(Prediction::probability).sum()).isCloseTo(1, within(1e-12));
  }
}
