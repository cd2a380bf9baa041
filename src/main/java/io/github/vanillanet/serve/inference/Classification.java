package io.github.vanillanet.serve.inference;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import java.util.List;

/**
 * The answer to one image. JSON is written from the fields, without a call of each accessor.
 *
 * @param trained false if the weights are from a seed and the predictions mean nothing
 * @param predictions the most probable classes, best first
 */
@JsonAutoDetect(fieldVisibility = Visibility.ANY, getterVisibility = Visibility.NONE)
public record Classification(
    String model, int version, boolean trained, List<Prediction> predictions) {}
