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
   * One row for each sample: its logits, then its score if there are scores, then its maps if they
   * are wanted.
   *
   * @param scores one per sample, or none
   */
  public float[] rows(float[] scores, boolean withMaps) {
    int classes = logits.length / samples;
    int own = scores.length / samples;
    int area = withMaps ? maps.length / samples : 0;
    int width = classes + own + area;
    float[] rows = new float[samples * width];
    for (int sample = 0; sample < samples; sample++) {
      int row = sample * width;
      System.arraycopy(logits, sample * classes, rows, row, classes);
      System.arraycopy(scores, sample * own, rows, row + classes, own);
      System.arraycopy(maps, sample * area, rows, row + classes + own, area);
    }
    return rows;
  }

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
