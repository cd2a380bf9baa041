package io.github.vanillanet.train.experiment;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The size of every run of an experiment.
 *
 * @param inputSize height and width in pixels
 * @param width factor on the variant's widths
 * @param epochs of each run
 */
public record RunSize(int inputSize, double width, int epochs) {

  /** With fewer epochs, the slope of the deep training rises too fast to compare. */
  static final int LEAST_EPOCHS = 12;

  static final int MOST_EPOCHS = 100;

  /** The rest is for validation of unexpected length, and for a machine that is busy at times. */
  private static final double USED_SHARE = 0.8;

  /** From small to large. Each has at most four times the work of the one before. */
  private static final List<RunSize> SIZES =
      List.of(
          of(32, 1.0 / 16),
          of(32, 1.0 / 8),
          of(64, 1.0 / 8),
          of(64, 1.0 / 4),
          of(96, 1.0 / 4),
          of(128, 1.0 / 4),
          of(128, 1.0 / 2),
          of(160, 1.0 / 2),
          of(224, 1.0 / 2),
          of(224, 1));

  private static RunSize of(int inputSize, double width) {
    return new RunSize(inputSize, width, LEAST_EPOCHS);
  }

  /**
   * The largest size with enough epochs, and as many epochs as fit. Measures from the smallest size
   * on, so that no measurement takes long.
   *
   * @param each time of one run
   * @param epochSeconds measures one epoch of a size
   * @return empty if not even the smallest size fits
   */
  static Optional<RunSize> choose(Duration each, ToDoubleFunction<RunSize> epochSeconds) {
    double seconds = USED_SHARE * each.toMillis() / 1e3;
    Optional<RunSize> chosen = Optional.empty();
    for (RunSize size : SIZES) {
      double epochs = seconds / epochSeconds.applyAsDouble(size);
      if (epochs < LEAST_EPOCHS) {
        return chosen;
      }
      chosen =
          Optional.of(
              new RunSize(size.inputSize(), size.width(), (int) Math.min(MOST_EPOCHS, epochs)));
    }
    return chosen;
  }
}
