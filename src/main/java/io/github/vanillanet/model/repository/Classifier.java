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

  /** Number of channels that are summed in float32, which is fast; float64 adds these sums. */
  private static final int BLOCK = 64;

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
   * The evidence for every class at each position: the values that {@link #evidence(int, float[],
   * int, int)} has for each class, in a sixth of the time for 1,000 classes.
   *
   * @return [classes, area], row-major
   */
  public float[] evidence(float[] maps, int from, int area) {
    int classes = classes();
    double[] sums = new double[area * classes];
    float[] part = new float[classes];
    float[][] columns = new float[BLOCK][classes]; // of the weights
    for (int begin = 0; begin < channels; begin += BLOCK) {
      int count = Math.min(BLOCK, channels - begin);
      for (int label = 0; label < classes; label++) {
        for (int i = 0; i < count; i++) {
          columns[i][label] = weights[label * channels + begin + i];
        }
      }
      for (int position = 0; position < area; position++) {
        Arrays.fill(part, 0);
        int at = from + begin * area + position;
        int i = 0;
        for (; i + 4 <= count; i += 4, at += 4 * area) {
          float a = maps[at];
          float b = maps[at + area];
          float c = maps[at + 2 * area];
          float d = maps[at + 3 * area];
          addFour(part, a, columns[i], b, columns[i + 1], c, columns[i + 2], d, columns[i + 3]);
        }
        for (; i < count; i++, at += area) {
          for (int label = 0; label < classes; label++) {
            part[label] += maps[at] * columns[i][label];
          }
        }
        for (int label = 0; label < classes; label++) {
          sums[position * classes + label] += part[label];
        }
      }
    }
    float[] evidence = new float[sums.length];
    for (int i = 0; i < evidence.length; i++) {
      evidence[i] = (float) sums[i % area * classes + i / area];
    }
    return evidence;
  }

  /** A method of its own with an array for each operand, so that the JIT compiler vectorises it. */
  private static void addFour(
      float[] part,
      float a,
      float[] p,
      float b,
      float[] q,
      float c,
      float[] r,
      float d,
      float[] s) {
    for (int i = 0; i < part.length; i++) {
      part[i] += a * p[i] + b * q[i] + c * r[i] + d * s[i];
    }
  }

  /**
   * The mean of the evidence over all classes. Softmax ignores it: only the difference of a class
   * from it changes probabilities. Parameters are those of {@link #evidence(int, float[], int,
   * int)}.
   */
  public float[] meanEvidence(float[] maps, int from, int area) {
    return evidence(meanWeights, 0, maps, from, area);
  }

  /** The product of a row of factors [channels] and the maps. */
  private float[] evidence(float[] factors, int first, float[] maps, int from, int area) {
    double[] sums = new double[area];
    float[] part = new float[area];
    for (int begin = 0; begin < channels; begin += BLOCK) {
      int end = Math.min(channels, begin + BLOCK);
      Arrays.fill(part, 0);
      int channel = begin;
      for (; channel + 4 <= end; channel += 4) {
        float a = factors[first + channel];
        float b = factors[first + channel + 1];
        float c = factors[first + channel + 2];
        float d = factors[first + channel + 3];
        int map = from + channel * area;
        for (int i = map; i < map + area; i++) {
          part[i - map] +=
              a * maps[i] + b * maps[i + area] + c * maps[i + 2 * area] + d * maps[i + 3 * area];
        }
      }
      for (; channel < end; channel++) {
        for (int i = 0; i < area; i++) {
          part[i] += factors[first + channel] * maps[from + channel * area + i];
        }
      }
      for (int i = 0; i < area; i++) {
        sums[i] += part[i];
      }
    }
    float[] evidence = new float[area];
    for (int i = 0; i < area; i++) {
      evidence[i] = (float) sums[i];
    }
    return evidence;
  }
}
