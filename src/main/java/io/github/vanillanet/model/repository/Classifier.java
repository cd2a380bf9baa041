package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import java.util.Arrays;
import java.util.List;

/**
 * The last layer of a deployed net: a 1×1 convolution of pooled features. It is linear, as the
 * average pool is, so it also applies to each position of the last maps: a logit is the mean of its
 * class's map, plus its bias. Immutable.
 */
public final class Classifier {

  /** So many channels are summed in float32, which is fast. The sums are added in float64. */
  private static final int BLOCK = 128;

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
    return evidence(weights, label, 1, maps, from, area);
  }

  /**
   * The evidence for every class at each position, as {@link #evidence(int, float[], int, int)}.
   *
   * @return [classes, area], row-major
   */
  public float[] evidence(float[] maps, int from, int area) {
    return evidence(weights, 0, classes(), maps, from, area);
  }

  /**
   * The mean of the evidence over all classes. Softmax ignores it: only the difference of a class
   * from it changes probabilities. Parameters are those of {@link #evidence(int, float[], int,
   * int)}.
   */
  public float[] meanEvidence(float[] maps, int from, int area) {
    return evidence(meanWeights, 0, 1, maps, from, area);
  }

  /** The product of {@code count} rows of {@code factors} [rows, channels] and the maps. */
  private float[] evidence(
      float[] factors, int first, int count, float[] maps, int from, int area) {
    double[] sums = new double[count * area];
    float[] part = new float[area];
    for (int begin = 0; begin < channels; begin += BLOCK) {
      int end = Math.min(channels, begin + BLOCK);
      for (int row = 0; row < count; row++) {
        Arrays.fill(part, 0);
        int factor = (first + row) * channels;
        int channel = begin;
        for (; channel + 4 <= end; channel += 4) {
          addFour(part, factors, factor + channel, maps, from + channel * area);
        }
        for (; channel < end; channel++) {
          for (int i = 0; i < area; i++) {
            part[i] += factors[factor + channel] * maps[from + channel * area + i];
          }
        }
        for (int i = 0; i < area; i++) {
          sums[row * area + i] += part[i];
        }
      }
    }
    float[] evidence = new float[sums.length];
    for (int i = 0; i < evidence.length; i++) {
      evidence[i] = (float) sums[i];
    }
    return evidence;
  }

  /** Adds four channels: fewer reads and writes of the sum than one at a time. */
  private static void addFour(float[] part, float[] factors, int first, float[] maps, int from) {
    int area = part.length;
    float a = factors[first];
    float b = factors[first + 1];
    float c = factors[first + 2];
    float d = factors[first + 3];
    for (int i = 0; i < area; i++) {
      part[i] +=
          a * maps[from + i]
              + b * maps[from + area + i]
              + c * maps[from + 2 * area + i]
              + d * maps[from + 3 * area + i];
    }
  }
}
