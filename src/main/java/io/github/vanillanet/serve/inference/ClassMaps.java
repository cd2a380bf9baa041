package io.github.vanillanet.serve.inference;

import io.github.vanillanet.model.network.MapGeometry;
import io.github.vanillanet.serve.registry.LastLayer;

/**
 * The last maps of the images of one request, and what follows from them. Immutable.
 *
 * @param rows one of {@code width} values for each sample; NaN for a rejected image
 * @param begin where in its row the maps of a sample begin: [channels, rows, columns], row-major
 */
public record ClassMaps(float[] rows, int width, int begin, LastLayer last) {

  /** The size of the maps, and what their positions stand for. */
  public MapGeometry geometry() {
    return last.geometry();
  }

  private int begin(int sample) {
    return sample * width + begin;
  }

  private int area() {
    return last.geometry().size().height() * last.geometry().size().width();
  }

  /** The mean of each map of a sample: the features that the classifier takes. */
  public float[] features(int sample) {
    int area = area();
    float[] features = new float[last.geometry().channels()];
    for (int channel = 0; channel < features.length; channel++) {
      double sum = 0;
      int from = begin(sample) + channel * area;
      for (int i = from; i < from + area; i++) {
        sum += rows[i];
      }
      features[channel] = (float) (sum / area);
    }
    return features;
  }

  /**
   * The evidence for one class at each position of a sample: its mean plus the class's bias is the
   * logit.
   *
   * @return [rows × columns], row-major
   */
  public float[] evidence(int sample, int label) {
    return last.classifier().evidence(label, rows, begin(sample), area());
  }

  /**
   * The evidence for every class at each position of a sample.
   *
   * @return [classes, rows × columns], row-major
   */
  public float[] evidence(int sample) {
    return last.classifier().evidence(rows, begin(sample), area());
  }

  public float bias(int label) {
    return last.classifier().bias(label);
  }

  /** The mean of the evidence over all classes, in the same form. */
  public float[] meanEvidence(int sample) {
    return last.classifier().meanEvidence(rows, begin(sample), area());
  }
}
