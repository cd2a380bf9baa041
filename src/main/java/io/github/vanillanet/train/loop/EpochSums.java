package io.github.vanillanet.train.loop;

import java.util.Optional;

/** Adds up an epoch's steps. One thread. */
final class EpochSums {

  private final int epoch;
  private final long startedAt;
  private double loss;
  private double accuracy;
  private double rate;
  private double slope;
  private int steps;

  /**
   * @param startedAt in milliseconds
   */
  EpochSums(int epoch, long startedAt) {
    this.epoch = epoch;
    this.startedAt = startedAt;
  }

  void add(StepReport step) {
    loss += step.loss();
    accuracy += step.accuracy();
    rate = step.rate();
    slope = step.slope();
    steps++;
  }

  long startedAt() {
    return startedAt;
  }

  /**
   * @param imagesPerSecondOfOneStep batch size over the seconds since the start
   */
  EpochReport report(
      int step,
      double imagesPerSecondOfOneStep,
      Optional<Evaluation> model,
      Optional<Evaluation> average) {
    return new EpochReport(
        epoch,
        step,
        loss / steps,
        accuracy / steps,
        rate,
        slope,
        steps * imagesPerSecondOfOneStep,
        model,
        average);
  }
}
