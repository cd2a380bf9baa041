package io.github.vanillanet.serve.inference;

import java.util.List;

/**
 * The answer to one image.
 *
 * @param trained false if the weights are from a seed and the predictions mean nothing
 * @param predictions the most probable classes, best first
 */
public record Classification(
    String model, int version, boolean trained, List<Prediction> predictions) {

  /**
   * The first image of an inference.
   *
   * @param topK how many predictions; at most all classes
   */
  public static Classification of(Inference inference, int topK) {
    return new Classification(
        inference.model().name(),
        inference.model().version(),
        inference.trained(),
        inference.top(0, topK));
  }
}
