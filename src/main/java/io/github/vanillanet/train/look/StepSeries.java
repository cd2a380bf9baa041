package io.github.vanillanet.train.look;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntToDoubleFunction;

/**
 * Measures steps of 1, 2, 4, … images up to the batch size of the recipe.
 *
 * @param most the batch size of the recipe, or the number of training images if that is smaller
 * @param memoryLimitBytes of the container or the machine
 * @param maxSeconds of all steps together
 * @param peakMemory measures the memory since the last {@code reset}
 * @param stop whether to stop before the next batch size
 */
public record StepSeries(
    int most, long memoryLimitBytes, double maxSeconds, Peak peakMemory, BooleanSupplier stop) {

  /** Measures the peak of the process's memory. */
  public interface Peak {
    void reset();

    OptionalLong bytes();
  }

  public static final Peak OF_THIS_PROCESS =
      new Peak() {
        @Override
        public void reset() {
          ProcessMemory.resetPeak();
        }

        @Override
        public OptionalLong bytes() {
          return ProcessMemory.peak();
        }
      };

  private static final double MEMORY_SHARE = 0.6;

  /** The first step of each size allocates memory and chooses algorithms. */
  private static final int REPETITIONS = 2;

  /** Short steps are repeated more often, because other programs can slow down each of them. */
  private static final int MOST_REPETITIONS = 6;

  private static final double SHORT_SECONDS = 1;

  /**
   * @param step runs one step with a batch of the given size and returns its duration in seconds
   */
  public Measured run(IntToDoubleFunction step) {
    List<Measured.Step> steps = new ArrayList<>();
    double spent = 0;
    int batch = 1;
    while (true) {
      peakMemory.reset();
      double fastest = Double.MAX_VALUE;
      try {
        double began = spent;
        for (int i = 0; i < REPETITIONS || isRepeated(i, spent - began); i++) {
          double seconds = step.applyAsDouble(batch);
          fastest = Math.min(fastest, seconds);
          spent += seconds;
        }
      } catch (ServiceException e) {
        if (e.code() != ErrorCode.OUT_OF_DEVICE_MEMORY || steps.isEmpty()) {
          throw e;
        }
        return new Measured(steps, Measured.End.MEMORY, memoryLimitBytes);
      }
      steps.add(new Measured.Step(batch, fastest, peakMemory.bytes()));
      int next = Math.min(2 * batch, most);
      long bound = (long) (MEMORY_SHARE * memoryLimitBytes);
      if (batch >= most) {
        return new Measured(steps, Measured.End.COMPLETE, memoryLimitBytes);
      }
      if (steps.get(steps.size() - 1).peakMemoryBytes().orElse(0) > bound
          || Measured.memoryBytes(steps, next).orElse(0) > bound) {
        return new Measured(steps, Measured.End.MEMORY, memoryLimitBytes);
      }
      if (spent + REPETITIONS * fastest * next / batch > maxSeconds || stop.getAsBoolean()) {
        return new Measured(steps, Measured.End.TIME, memoryLimitBytes);
      }
      batch = next;
    }
  }

  private static boolean isRepeated(int repetitions, double seconds) {
    return repetitions < MOST_REPETITIONS && seconds < SHORT_SECONDS;
  }
}
