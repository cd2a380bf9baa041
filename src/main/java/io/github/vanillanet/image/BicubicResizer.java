package io.github.vanillanet.image;

import java.util.Arrays;

/**
 * Pillow's {@code resize(.., BICUBIC)} and a crop in one step, bit-equal to doing one after the
 * other. Two separable passes on 8-bit samples, horizontal first, each rounded and clipped to 8
 * bits.
 *
 * <p>Only source rows and output columns that the crop needs are computed, and the vertical pass
 * adds each finished row to the few output rows that read it. So the working memory is a handful of
 * crop rows, and a resized picture of 8533x256 or even 10^10 pixels is never held. Stateless; any
 * thread.
 */
final class BicubicResizer {

  private static final int HALF = 1 << ResampleWeights.PRECISION_BITS - 1;

  private BicubicResizer() {}

  /**
   * Resizes {@code source} to {@code resizedWidth x resizedHeight} and cuts out {@code width x
   * height} at ({@code left}, {@code top}).
   *
   * @throws IllegalArgumentException if the crop does not lie inside the resized picture
   */
  static RgbImage resizeAndCrop(
      RgbImage source,
      long resizedWidth,
      long resizedHeight,
      long left,
      long top,
      int width,
      int height) {
    if (left < 0 || top < 0 || left + width > resizedWidth || top + height > resizedHeight) {
      throw new IllegalArgumentException(
          "crop %dx%d at (%d, %d) is not inside %dx%d"
              .formatted(width, height, left, top, resizedWidth, resizedHeight));
    }
    ResampleWeights columns = ResampleWeights.of(source.width(), resizedWidth, left, width);
    ResampleWeights rows = ResampleWeights.of(source.height(), resizedHeight, top, height);
    int rowLength = 3 * width;
    byte[] out = new byte[rowLength * height];
    int[] row = new int[rowLength];
    int[][] sums = new int[mostRowsOpenAtOnce(rows)][rowLength];
    int opened = 0;
    int finished = 0;
    for (int y = rows.first(0); finished < height; y++) {
      for (; opened < height && rows.first(opened) <= y; opened++) {
        Arrays.fill(sums[opened % sums.length], HALF);
      }
      resizeRow(source, y, columns, row);
      for (int open = finished; open < opened; open++) {
        int weight = rows.weights()[rows.offset(open) + y - rows.first(open)];
        add(row, weight, sums[open % sums.length]);
      }
      for (; finished < opened && rows.end(finished) == y + 1; finished++) {
        round(sums[finished % sums.length], out, finished * rowLength);
      }
    }
    return new RgbImage(width, height, out);
  }

  private static int mostRowsOpenAtOnce(ResampleWeights rows) {
    int most = 1;
    int finished = 0;
    for (int opened = 0; opened < rows.count(); opened++) {
      while (rows.end(finished) <= rows.first(opened)) {
        finished++;
      }
      most = Math.max(most, opened - finished + 1);
    }
    return most;
  }

  private static void resizeRow(RgbImage source, int y, ResampleWeights columns, int[] row) {
    byte[] rgb = source.rgb();
    int[] weights = columns.weights();
    int rowStart = 3 * y * source.width();
    for (int x = 0, at = 0; x < columns.count(); x++, at += 3) {
      int pixel = rowStart + 3 * columns.first(x);
      int end = columns.offset(x + 1);
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      for (int i = columns.offset(x); i < end; i++, pixel += 3) {
        int weight = weights[i];
        red += (rgb[pixel] & 0xff) * weight;
        green += (rgb[pixel + 1] & 0xff) * weight;
        blue += (rgb[pixel + 2] & 0xff) * weight;
      }
      row[at] = clip(red);
      row[at + 1] = clip(green);
      row[at + 2] = clip(blue);
    }
  }

  private static void add(int[] row, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += row[i] * weight;
    }
  }

  private static void round(int[] sums, byte[] out, int start) {
    for (int i = 0; i < sums.length; i++) {
      out[start + i] = (byte) clip(sums[i]);
    }
  }

  private static int clip(int sum) {
    return Math.max(0, Math.min(255, sum >> ResampleWeights.PRECISION_BITS));
  }
}
