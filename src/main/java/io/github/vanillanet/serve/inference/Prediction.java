package io.github.vanillanet.serve.inference;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;

/**
 * A class and its probability. JSON is written from the fields, without a call of each accessor.
 *
 * @param index of the class in the logits
 * @param probability 0..1; those of all classes add up to 1
 */
@JsonAutoDetect(fieldVisibility = Visibility.ANY, getterVisibility = Visibility.NONE)
public record Prediction(int index, String label, double probability) {}
