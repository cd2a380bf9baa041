package io.github.vanillanet.train.loop;

/**
 * Learning rate of each optimizer step: a linear warm-up from 0 to {@code peak}, both included,
 * then half a cosine towards {@code last}, which is not quite reached. Therefore the first step of
 * a warm-up has rate 0, as in the official code.
 *
 * @param peak not scaled by the batch size
 * @param last at the end of the cosine
 * @param totalSteps epochs × steps per epoch
 * @param warmupSteps part of the total
 * @see <a href="https://github.com/huawei-noah/VanillaNet">cosine_scheduler in the official
 *     utils.py</a>
 */
record LearningRateSchedule(double peak, double last, int totalSteps, int warmupSteps) {

  /**
   * @param step 0-based
   */
  double at(int step) {
    if (step < warmupSteps) {
      return warmupSteps == 1 ? 0 : peak * step / (warmupSteps - 1);
    }
    double progress = (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return last + 0.5 * (peak - last) * (1 + Math.cos(Math.PI * Math.min(1, progress)));
  }
}
