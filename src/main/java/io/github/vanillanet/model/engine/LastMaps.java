package io.github.vanillanet.model.engine;

/**
 * The result of a forward before and after the global average pool. Immutable: its arrays are never
 * written again.
 *
 * @param logits [samples, classes], row-major
 * @param maps [samples, channels, area], row-major; {@code area} is rows times columns
 */
public record LastMaps(float[] logits, float[] maps, int samples, int channels) {

  /**
   * The features of each sample: the mean of each of its maps, which the classifier takes.
   *
   * @return [samples × channels], row-major
   */
  public float[] features() {
    float[] features = new float[samples * channels];
    int area = maps.length / features.length;
    for (int map = 0; map < features.length; map++) {
      double sum = 0;
      for (int i = map * area; i < (map + 1) * area; i++) {
        sum += maps[i];
      }
      features[map] = (float) (sum / area);
    }
    return features;
  }
}
