package io.github.vanillanet.serve.api.compat;

import io.github.vanillanet.serve.inference.Prediction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Predictions in the form of TorchServe's image classifier: label to probability, best first. */
final class LabelledProbabilities {

  private LabelledProbabilities() {}

  /** ImageNet has some labels twice, such as "crane": the second one gets its index. */
  static Map<String, Double> of(List<Prediction> predictions) {
    Map<String, Double> probabilities = new LinkedHashMap<>();
    for (Prediction prediction : predictions) {
      String label = prediction.label();
      String name = probabilities.containsKey(label) ? label + " #" + prediction.index() : label;
      probabilities.put(name, prediction.probability());
    }
    return probabilities;
  }
}
