package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import java.util.List;

/**
 * The last layer of a deployed net: a 1×1 convolution of pooled features. It is linear, as the
 * average pool is, so it also applies to each position of the last maps: a logit is the mean of its
 * class's map, plus its bias. Immutable.
 */
public final class Classifier {

  private final float[] weights; // [classes, channels]
  private final float[] biases;
  private final int channels;
  private final float[] meanWeights; // [channels]

  private Classifier(float[] weights, float[] biases) {
    this.weights = weights;
    this.biases = biases;
    this.channels = weights.length / biases.length;
    this.meanWeights = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      double sum = 0;
      for (int i = channel; i < weights.length; i += channels) {
        sum += weights[i];
      }
      meanWeights[channel] = (float) (sum / biases.length);
    }
  }

  /**
   * Reads the classifier of a version's artifact.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if the artifact is missing or damaged
   */
  static Classifier read(StoredVersion version) {
    List<Layer> layers = Network.of(version.manifest().architecture(), Form.DEPLOYED).layers();
    Layer.Convolution last = (Layer.Convolution) layers.get(layers.size() - 1);
    StateDict weights = ScriptWeights.read(version.artifact());
    return new Classifier(
        weights.get(last.name() + ".weight").toFloats(),
        weights.get(last.name() + ".bias").toFloats());
  }

  public int classes() {
    return biases.length;
  }

  public float bias(int label) {
    return biases[label];
  }

  /**
   * The evidence for one class at each position. Its mean plus the bias is the logit.
   *
   * @param maps [channels, area] from index {@code from}
   * @return [area], row-major
   */
  public float[] evidence(int label, float[] maps, int from, int area) {
    return evidence(weights, label * channels, maps, from, area);
  }

  /**
   * The mean of the evidence over all classes. Softmax ignores it: only the difference of a class
   * from it changes probabilities. Parameters are those of {@link #evidence}.
   */
  public float[] meanEvidence(float[] maps, int from, int area) {
    return evidence(meanWeights, 0, maps, from, area);
  }

  private float[] evidence(float[] row, int first, float[] maps, int from, int area) {
    double[] sums = new double[area];
    for (int channel = 0; channel < channels; channel++) {
      double weight = row[first + channel];
      int map = from + channel * area;
      for (int i = 0; i < area; i++) {
        sums[i] += weight * maps[map + i];
      }
    }
    float[] evidence = new float[area];
    for (int i = 0; i < area; i++) {
      evidence[i] = (float) sums[i];
    }
    return evidence;
  }
}
