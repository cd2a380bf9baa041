package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * 8-bit samples to normalised float32 by table. The table is asked of {@link Preprocessing}, so
 * that training and serving cannot normalise differently. Immutable; any thread.
 */
final class Normalisation {

  private static final int VALUES = 256;

  /** [3, 256] */
  private final float[] table;

  Normalisation(List<Double> mean, List<Double> std) {
    byte[] ramp = new byte[3 * VALUES];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = (byte) (i / 3);
    }
    this.table =
        new Preprocessing(1, VALUES, false, 1, VALUES, mean, std)
            .normalise(new RgbImage(VALUES, 1, ramp));
  }

  /** Writes {@code image} as CHW at {@code offset}, by absolute puts. */
  void write(RgbImage image, FloatBuffer target, int offset) {
    byte[] rgb = image.rgb();
    int plane = image.width() * image.height();
    for (int channel = 0; channel < 3; channel++) {
      int values = channel * VALUES;
      int at = offset + channel * plane;
      for (int i = channel; i < rgb.length; i += 3) {
        target.put(at++, table[values + (rgb[i] & 0xff)]);
      }
    }
  }
}
