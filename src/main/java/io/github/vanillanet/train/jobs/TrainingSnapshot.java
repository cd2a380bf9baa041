package io.github.vanillanet.train.jobs;

import java.util.Map;

/**
 * How the trainings stand. Numbers of the one that runs, the oldest if several do; NaN where there
 * is none, or it has not told yet.
 *
 * @param jobs by state, in lower case
 * @param epoch from 1
 * @param step from 1, over all epochs
 * @param loss as trained
 * @param accuracy on the images trained on, 0..1
 * @param validationAccuracy 0..1
 * @param slope of the deep training's activation, 0..1
 */
public record TrainingSnapshot(
    Map<String, Long> jobs,
    double epoch,
    double epochs,
    double step,
    double steps,
    double loss,
    double accuracy,
    double validationAccuracy,
    double learningRate,
    double slope,
    double imagesPerSecond,
    double secondsLeft) {

  /** Nothing runs. */
  public static TrainingSnapshot idle(Map<String, Long> jobs) {
    double none = Double.NaN;
    return new TrainingSnapshot(
        jobs, none, none, none, none, none, none, none, none, none, none, none);
  }
}
