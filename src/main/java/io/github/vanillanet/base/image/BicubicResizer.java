package io.github.vanillanet.base.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Pillow's {@code resize(.., BICUBIC)} and a crop in one step, bit-equal to doing one after the
 * other. Two separable passes on 8-bit samples, horizontal first, each rounded and clipped to 8
 * bits.
 *
 * <p>Only source rows, source columns and outputs that the crop needs are computed, a strip of rows
 * at a time. Within a strip the horizontal pass goes from column to column and takes the samples of
 * all its rows side by side, the vertical pass goes from row to row: both add whole arrays. The
 * working memory is a handful of crop rows and a strip, so a resized picture of 8533x256 or even
 * 10^10 pixels is never held. Any thread.
 */
final class BicubicResizer {

  /** Few enough that a column of them, and its sums, stay in the first cache. */
  private static final int STRIP_ROWS = 112;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final RgbImage source;
  private final AxisPass columns;
  private final AxisPass rows;
  private final int[] pixels = new int[STRIP_ROWS];
  private final int[] samples = new int[3 * STRIP_ROWS]; // all reds, all greens, all blues
  private final int[][] strip; // [STRIP_ROWS][3 * width], interleaved
  private final byte[] out;

  private BicubicResizer(
      RgbImage source, ResampleWeights columns, ResampleWeights rows, int width, int height) {
    this.source = source;
    this.columns = new AxisPass(columns, 3 * STRIP_ROWS);
    this.rows = new AxisPass(rows, 3 * width);
    this.strip = new int[STRIP_ROWS][3 * width];
    this.out = new byte[3 * width * height];
  }

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
    byte[] rgb = new BicubicResizer(source, columns, rows, width, height).resize();
    return new RgbImage(width, height, rgb);
  }

  private byte[] resize() {
    while (rows.next() < rows.end()) {
      int count = Math.min(STRIP_ROWS, rows.end() - rows.next());
      resizeColumns(rows.next(), count);
      for (int row = 0; row < count; row++) {
        rows.feed(strip[row]);
        while (rows.hasFinished()) {
          int start = rows.finished() * strip[row].length;
          store(rows.takeFinished(), out, start);
        }
      }
    }
    return out;
  }

  /** Fills the strip with {@code count} source rows, resized horizontally. */
  private void resizeColumns(int firstRow, int count) {
    columns.restart();
    while (columns.next() < columns.end()) {
      gather(columns.next(), firstRow, count);
      split(pixels, samples);
      columns.feed(samples);
      while (columns.hasFinished()) {
        int x = columns.finished();
        scatter(columns.takeFinished(), strip, count, 3 * x);
      }
    }
  }

  /** One source column of the strip, each pixel as red + 2^8 green + 2^16 blue + anything. */
  private void gather(int column, int firstRow, int count) {
    byte[] rgb = source.rgb();
    int stride = 3 * source.width();
    int at = firstRow * stride + 3 * column;
    int whole = count;
    int last = at + (count - 1) * stride;
    if (last + Integer.BYTES > rgb.length) { // the picture's last pixel has three bytes only
      whole--;
      pixels[whole] = rgb[last] & 0xff | (rgb[last + 1] & 0xff) << 8 | rgb[last + 2] << 16;
    }
    for (int row = 0; row < whole; row++, at += stride) {
      pixels[row] = (int) INT.get(rgb, at);
    }
  }

  private static void split(int[] pixels, int[] samples) {
    for (int i = 0; i < STRIP_ROWS; i++) {
      samples[i] = pixels[i] & 0xff;
    }
    for (int i = 0; i < STRIP_ROWS; i++) {
      samples[STRIP_ROWS + i] = pixels[i] >> 8 & 0xff;
    }
    for (int i = 0; i < STRIP_ROWS; i++) {
      samples[2 * STRIP_ROWS + i] = pixels[i] >> 16 & 0xff;
    }
  }

  private static void scatter(int[] samples, int[][] strip, int count, int at) {
    for (int row = 0; row < count; row++) {
      int[] to = strip[row];
      to[at] = samples[row];
      to[at + 1] = samples[STRIP_ROWS + row];
      to[at + 2] = samples[2 * STRIP_ROWS + row];
    }
  }

  private static void store(int[] samples, byte[] out, int start) {
    for (int i = 0; i < samples.length; i++) {
      out[start + i] = (byte) samples[i];
    }
  }
}
