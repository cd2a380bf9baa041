package io.github.vanillanet.train.loop;

import java.util.Optional;

/**
 * One epoch. After a resume in its middle, the means are over the steps since then.
 *
 * @param epoch 0-based
 * @param loss mean over the epoch's steps, as trained
 * @param accuracy 0..1, mean over the epoch's steps
 * @param model evaluation of the net at this epoch's slope
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
