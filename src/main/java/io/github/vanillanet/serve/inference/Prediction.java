package io.github.vanillanet.serve.inference;

/**
 * A class and its probability.
 *
 * @param index of the class in the logits
 * @param probability 0..1; those of all classes add up to 1
 */
public record Prediction(int index, String label, double probability) {}
