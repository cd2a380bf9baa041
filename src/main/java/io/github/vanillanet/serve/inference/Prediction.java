package io.github.vanillanet.serve.inference;

/**
 * One guess.
 *
 * @param index of the class in the logits
 * @param label its name
 * @param probability 0..1; those of all classes add up to 1
 */
public record Prediction(int index, String label, double probability) {}
