package io.github.vanillanet.train.loop;

import java.util.Optional;

/**
 * One epoch. After a resume within the epoch, the means cover the steps since the resume.
 *
 * @param epoch 0-based
 * @param step optimizer steps done in the whole run
 * @param loss mean training loss of the steps
 * @param accuracy mean training accuracy of the steps, from 0 to 1
 * @param model evaluation of the network at the slope of this epoch
 * @param average evaluation of its moving average
 */
public record EpochReport(
    int epoch,
    int step,
    double loss,
    double accuracy,
    double rate,
    double slope,
    double imagesPerSecond,
    Optional<Evaluation> model,
    Optional<Evaluation> average) {}
