package io.github.vanillanet.train.loop;

/**
 * A net's mean cross entropy and share of right first answers on some samples, in evaluation mode.
 *
 * @param accuracy 0..1
 */
public record Evaluation(int samples, double loss, double accuracy) {}
