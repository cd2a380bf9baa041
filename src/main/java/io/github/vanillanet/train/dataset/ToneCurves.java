package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;
import java.util.function.IntUnaryOperator;

/**
 * Pillow's {@code ImageOps} that map each 8-bit value by itself, as tables of 256 values per
 * channel. Each result is a new image.
 */
final class ToneCurves {

  private static final int VALUES = 256;

  private ToneCurves() {}

  /** Applies {@code curve} to every value and clips the results to 0..255. */
  static RgbImage map(RgbImage image, IntUnaryOperator curve) {
    byte[] table = new byte[3 * VALUES];
    for (int value = 0; value < VALUES; value++) {
      byte mapped = clip(curve.applyAsInt(value));
      for (int channel = 0; channel < 3; channel++) {
        table[channel * VALUES + value] = mapped;
      }
    }
    return map(image, table);
  }

  /** Stretches each channel linearly so that its values range from 0 to 255. */
  static RgbImage autoContrast(RgbImage image) {
    int[] histogram = histogram(image);
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
    return map(image, table);
  }

  static RgbImage equalize(RgbImage image) {
    int[] histogram = histogram(image);
    byte[] table = new byte[3 * VALUES];
    for (int start = 0; start < table.length; start += VALUES) {
      int lightest = VALUES - 1;
      while (histogram[start + lightest] == 0) {
        lightest--;
      }
      // The step is also 0 if the channel has only one value.
      int step = (image.width() * image.height() - histogram[start + lightest]) / 255;
      int sum = step / 2;
      for (int value = 0; value < VALUES; value++) {
        table[start + value] = step == 0 ? (byte) value : clip(sum / step);
        sum += histogram[start + value];
      }
    }
    return map(image, table);
  }

  private static RgbImage map(RgbImage image, byte[] table) {
    byte[] source = image.rgb();
    byte[] rgb = new byte[source.length];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = table[source[i] & 0xff];
      rgb[i + 1] = table[VALUES + (source[i + 1] & 0xff)];
      rgb[i + 2] = table[2 * VALUES + (source[i + 2] & 0xff)];
    }
    return new RgbImage(image.width(), image.height(), rgb);
  }

  /** [3, 256] counts. */
  private static int[] histogram(RgbImage image) {
    int[] histogram = new int[3 * VALUES];
    byte[] rgb = image.rgb();
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
