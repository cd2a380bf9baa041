package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;
import java.util.function.IntUnaryOperator;

/**
 * Distortions that look at one 8-bit sample at a time, as tables of 256 values per channel; equal
 * to Pillow's {@code ImageOps}. Stateless; each result is a new picture.
 */
final class ToneCurves {

  private static final int VALUES = 256;

  private ToneCurves() {}

  /** Maps every sample by {@code curve}, whose results are clipped to 0..255. */
  static RgbImage map(RgbImage picture, IntUnaryOperator curve) {
    byte[] table = new byte[3 * VALUES];
    for (int value = 0; value < VALUES; value++) {
      byte mapped = clip(curve.applyAsInt(value));
      for (int channel = 0; channel < 3; channel++) {
        table[channel * VALUES + value] = mapped;
      }
    }
    return map(picture, table);
  }

  /** Stretches each channel so that its darkest value becomes 0 and its lightest 255. */
  static RgbImage autoContrast(RgbImage picture) {
    int[] histogram = histogram(picture);
    byte[] table = new byte[3 * VALUES];
    for (int start = 0; start < table.length; start += VALUES) {
      int low = 0;
      int high = VALUES - 1;
      while (low < VALUES && histogram[start + low] == 0) {
        low++;
      }
      while (high >= 0 && histogram[start + high] == 0) {
        high--;
      }
      double scale = 255.0 / (high - low);
      double shift = -low * scale;
      for (int value = 0; value < VALUES; value++) {
        table[start + value] = high <= low ? (byte) value : clip((int) (value * scale + shift));
      }
    }
    return map(picture, table);
  }

  /** Evens out each channel's histogram. */
  static RgbImage equalize(RgbImage picture) {
    int[] histogram = histogram(picture);
    byte[] table = new byte[3 * VALUES];
    for (int start = 0; start < table.length; start += VALUES) {
      int lightest = VALUES - 1;
      while (histogram[start + lightest] == 0) {
        lightest--;
      }
      // A channel of one value has a step of 0 too: nothing lies below its lightest.
      int step = (picture.width() * picture.height() - histogram[start + lightest]) / 255;
      int sum = step / 2;
      for (int value = 0; value < VALUES; value++) {
        table[start + value] = step == 0 ? (byte) value : clip(sum / step);
        sum += histogram[start + value];
      }
    }
    return map(picture, table);
  }

  private static RgbImage map(RgbImage picture, byte[] table) {
    byte[] source = picture.rgb();
    byte[] rgb = new byte[source.length];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = table[source[i] & 0xff];
      rgb[i + 1] = table[VALUES + (source[i + 1] & 0xff)];
      rgb[i + 2] = table[2 * VALUES + (source[i + 2] & 0xff)];
    }
    return new RgbImage(picture.width(), picture.height(), rgb);
  }

  /** [3, 256] counts. */
  private static int[] histogram(RgbImage picture) {
    int[] histogram = new int[3 * VALUES];
    byte[] rgb = picture.rgb();
    for (int i = 0; i < rgb.length; i += 3) {
      histogram[rgb[i] & 0xff]++;
      histogram[VALUES + (rgb[i + 1] & 0xff)]++;
      histogram[2 * VALUES + (rgb[i + 2] & 0xff)]++;
    }
    return histogram;
  }

  private static byte clip(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
