package io.github.vanillanet.train.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchOrderTest {

  /** Classes of 20, 3 and 1 samples. */
  private static final List<int[]> CLASSES =
      List.of(IntStream.range(0, 20).toArray(), IntStream.range(20, 23).toArray(), new int[] {23});

  private static final BatchOrder BALANCED = new BatchOrder(24, 4, true, 5, CLASSES);

  @Test
  void everyClassGivesTheSameNumberOfSamplesToABalancedEpoch() {
    Map<Integer, Long> counts =
        Arrays.stream(BALANCED.epoch(0))
            .boxed()
            .collect(Collectors.groupingBy(index -> index, Collectors.counting()));

    assertThat(IntStream.range(0, 20).mapToLong(i -> counts.getOrDefault(i, 0L)).sum())
        .isEqualTo(8);
    assertThat(IntStream.range(0, 20).mapToLong(i -> counts.getOrDefault(i, 0L)).max()).hasValue(1);
    assertThat(List.of(counts.get(20), counts.get(21), counts.get(22)))
        .containsExactlyInAnyOrder(2L, 3L, 3L);
    assertThat(counts.get(23)).isEqualTo(8);
  }

  @Test
  void balancedEpochsDifferAndAreRepeatable() {
    assertThat(BALANCED.epoch(3)).isEqualTo(BALANCED.epoch(3)).isNotEqualTo(BALANCED.epoch(4));
    assertThat(new BatchOrder(24, 4, true, 6, CLASSES).epoch(3)).isNotEqualTo(BALANCED.epoch(3));
  }

  @Test
  void aRemainderGoesToChangingClasses() {
    BatchOrder order = new BatchOrder(25, 4, true, 1, CLASSES);

    assertThat(IntStream.range(0, 40).map(epoch -> count(order.epoch(epoch), 23)).distinct())
        .containsExactlyInAnyOrder(8, 9);
  }

  private static int count(int[] order, int index) {
    return (int) Arrays.stream(order).filter(it -> it == index).count();
  }
}
