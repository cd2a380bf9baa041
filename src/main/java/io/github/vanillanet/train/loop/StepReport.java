package io.github.vanillanet.train.loop;

/**
 * One optimizer step.
 *
 * @param epoch 0-based, counted over all stages
 * @param stage 0-based
 * @param inputSize of the stage
 * @param step optimizer steps done in the whole run
 * @param totalSteps of the whole run
 * @param loss training loss of this batch, with smoothed and mixed targets
 * @param accuracy from 0 to 1, of this batch compared with its original labels
 * @param imagesPerSecond of this step, including the wait for data
 */
public record StepReport(
    int epoch,
    int stage,
    int inputSize,
    int step,
    int totalSteps,
    double loss,
    double accuracy,
    double rate,
    double slope,
    double imagesPerSecond) {}
