package io.github.vanillanet.train.loop;

import java.util.Optional;

/**
 * One epoch. After a resume within the epoch, the means cover the steps since the resume.
 *
 * @param epoch 0-based, counted over all stages
 * @param stage 0-based
 * @param inputSize of the stage
 * @param step optimizer steps done in the whole run
 * @param loss mean training loss of the steps
 * @param accuracy mean training accuracy of the steps, from 0 to 1
 * @param imagesPerSecond of the steps
 * @param seconds of the steps and the validation
 * @param model evaluation of the network at the slope and the input size of this epoch
 * @param average evaluation of its moving average
 * @param candidate the best one so far
 */
public record EpochReport(
    int epoch,
    int stage,
    int inputSize,
    int step,
    double loss,
    double accuracy,
    double rate,
    double slope,
    double imagesPerSecond,
    double seconds,
    Optional<Evaluation> model,
    Optional<Evaluation> average,
    Optional<Candidate> candidate) {

  /**
   * Accuracy on the validation images: that of the best candidate, or without a candidate, the
   * better one of model and average in this epoch.
   */
  public double validationAccuracy() {
    double now =
        Math.max(
            model.map(Evaluation::accuracy).orElse(0.0),
            average.map(Evaluation::accuracy).orElse(0.0));
    return candidate.map(Candidate::accuracy).orElse(now);
  }
}
