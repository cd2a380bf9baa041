package io.github.vanillanet.train.loop;

/**
 * One optimizer step.
 *
 * @param epoch 0-based
 * @param step optimizer steps done in the whole run
 * @param totalSteps of the whole run
 * @param loss of this batch, as trained: smoothed and mixed
 * @param accuracy 0..1, of this batch against the labels that the samples came with
 * @param imagesPerSecond of this step, waiting for data included
 */
public record StepReport(
    int epoch,
    int step,
    int totalSteps,
    double loss,
    double accuracy,
    double rate,
    double slope,
    double imagesPerSecond) {}
