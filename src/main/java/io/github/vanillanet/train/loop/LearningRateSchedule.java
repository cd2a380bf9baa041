package io.github.vanillanet.train.loop;

/**
 * Learning rate of every optimizer step: a linear warm-up that contains both 0 and {@code peak},
 * then half a cosine towards {@code last}, which is approached but not reached. The very first step
 * therefore has rate 0.
 *
 * @param peak absolute, not scaled by the batch size
 * @param last at the end of the cosine
 * @param totalSteps epochs × steps per epoch
 * @param warmupSteps of them
 * @see <a href="https://github.com/huawei-noah/VanillaNet">cosine_scheduler in the official
 *     utils.py</a>
 */
public record LearningRateSchedule(double peak, double last, int totalSteps, int warmupSteps) {

  public LearningRateSchedule {
    if (!(peak >= 0) || !(last >= 0) || totalSteps < 1 || warmupSteps < 0) {
      throw new IllegalArgumentException(
          "rates %s, %s and %d of %d steps of warm-up must not be negative"
              .formatted(peak, last, warmupSteps, totalSteps));
    }
  }

  /**
   * @param step 0-based
   */
  public double at(int step) {
    if (step < warmupSteps) {
      return warmupSteps == 1 ? 0 : peak * step / (warmupSteps - 1);
    }
    double progress = (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return last + 0.5 * (peak - last) * (1 + Math.cos(Math.PI * Math.min(1, progress)));
  }
}
