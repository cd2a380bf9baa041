package io.github.vanillanet.train.look;

import java.util.List;
import java.util.OptionalLong;

/**
 * Time and memory of real training steps.
 *
 * @param steps in the order of their batch sizes: 1, 2, 4, …
 * @param end why the series ended
 * @param memoryLimitBytes of the container or the machine
 */
public record Measured(List<Step> steps, End end, long memoryLimitBytes) {

  /** Why no larger batch was measured. */
  public enum End {
    /** The batch size of the recipe, or the number of training images, is reached. */
    COMPLETE,
    /** The next batch would need more than 60 % of the memory limit. */
    MEMORY,
    /** The next batch would take too long. */
    TIME
  }

  /**
   * @param batchSize images in one forward pass
   * @param seconds of the fastest step
   * @param peakMemoryBytes of the process; absent if the system does not report it
   */
  public record Step(int batchSize, double seconds, OptionalLong peakMemoryBytes) {}

  public Measured {
    steps = List.copyOf(steps);
  }

  private Step last() {
    return steps.get(steps.size() - 1);
  }

  int largestMeasured() {
    return last().batchSize();
  }

  /** Seconds of one forward and backward pass of a batch. Larger batches are extrapolated. */
  public double seconds(int batchSize) {
    Step nearest = last();
    for (Step step : steps) {
      if (step.batchSize() >= batchSize) {
        nearest = step;
        break;
      }
    }
    return nearest.seconds() * batchSize / nearest.batchSize();
  }

  /** Memory of the process with a batch; extrapolated from the last two steps. */
  public OptionalLong memoryBytes(int batchSize) {
    return memoryBytes(steps, batchSize);
  }

  static OptionalLong memoryBytes(List<Step> steps, int batchSize) {
    for (Step step : steps) {
      if (step.batchSize() >= batchSize) {
        return step.peakMemoryBytes();
      }
    }
    Step last = steps.get(steps.size() - 1);
    Step before = steps.get(Math.max(0, steps.size() - 2));
    if (last.peakMemoryBytes().isEmpty()
        || before.peakMemoryBytes().isEmpty()
        || last.batchSize() == before.batchSize()) {
      return OptionalLong.empty();
    }
    long bytes = last.peakMemoryBytes().getAsLong();
    double perImage =
        Math.max(0, bytes - before.peakMemoryBytes().getAsLong())
            / (double) (last.batchSize() - before.batchSize());
    return OptionalLong.of(bytes + (long) (perImage * (batchSize - last.batchSize())));
  }

  /** The largest power of two whose steps stay within {@code share} of the memory limit. */
  public int largestBatch(double share) {
    int batch = 1;
    while (batch < 1 << 20
        && memoryBytes(2 * batch).orElse(Long.MAX_VALUE) <= share * memoryLimitBytes) {
      batch *= 2;
    }
    return batch;
  }
}
