package io.github.vanillanet.base.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Pillow's {@code resize(.., BICUBIC)} and a crop in one step, bit-equal to the two separate steps.
 * Two separable passes over 8-bit samples, the horizontal one first, each rounded and clipped to 8
 * bits. Each instance is used once, by one thread.
 *
 * <p>Only the source rows, source columns and outputs that the crop needs are computed, a strip of
 * rows at a time. Within a strip, the horizontal pass goes from column to column and processes the
 * samples of all rows side by side; the vertical pass goes from row to row. Both add each sample
 * array to the few outputs that read it. The working memory is a few crop rows and a strip, so a
 * resized picture of 8533x256 or even 10^10 pixels is never held.
 *
 * <p>The innermost loops read and write one array each at one index, because the JIT compiler
 * vectorises such loops. It does not vectorise {@code Math.min} and {@code max}, so the loops clip
 * with sign masks.
 */
final class BicubicResizer {

  /** Small enough that a column and its sums stay in the first-level cache. */
  private static final int STRIP_ROWS = 112;

  private static final int HALF = 1 << ResampleWeights.PRECISION_BITS - 1;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] source; // row-major, interleaved
  private final int stride; // bytes of a source row
  private final Sums columns; // each of 3 * STRIP_ROWS samples
  private final Sums rows; // each of 3 * width samples
  private final int[][] strip; // [STRIP_ROWS][3 * width], interleaved
  private final byte[] out;

  private BicubicResizer(
      RgbImage source, ResampleWeights columns, ResampleWeights rows, int width, int height) {
    this.source = source.rgb();
    this.stride = 3 * source.width();
    this.columns = new Sums(columns, 3 * STRIP_ROWS);
    this.rows = new Sums(rows, 3 * width);
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
    BicubicResizer resizer = new BicubicResizer(source, columns, rows, width, height);
    int endRow = rows.end[height - 1];
    for (int row = rows.first[0]; row < endRow; row += STRIP_ROWS) {
      int count = Math.min(STRIP_ROWS, endRow - row);
      resizer.resizeColumns(row, count);
      resizer.resizeRows(row, count);
    }
    return new RgbImage(width, height, resizer.out);
  }

  /** Fills the strip with {@code count} source rows, resized horizontally. */
  private void resizeColumns(int firstRow, int count) {
    byte[] rgb = source;
    int[] pixels = new int[STRIP_ROWS]; // of one column: red + 2^8 green + 2^16 blue + any * 2^24
    int[] samples = new int[3 * STRIP_ROWS]; // all reds, all greens, all blues
    columns.opened = 0;
    columns.finished = 0;
    int end = columns.axis.end[columns.axis.end.length - 1];
    for (int column = columns.axis.first[0]; column < end; column++) {
      int at = firstRow * stride + 3 * column;
      int whole = count;
      int last = at + (count - 1) * stride;
      if (last + Integer.BYTES > rgb.length) { // the picture's last pixel has only three bytes
        whole--;
        pixels[whole] = rgb[last] & 0xff | (rgb[last + 1] & 0xff) << 8 | rgb[last + 2] << 16;
      }
      for (int row = 0; row < whole; row++, at += stride) {
        pixels[row] = (int) INT.get(rgb, at);
      }
      for (int i = 0; i < STRIP_ROWS; i++) {
        samples[i] = pixels[i] & 0xff;
      }
      for (int i = 0; i < STRIP_ROWS; i++) {
        samples[STRIP_ROWS + i] = pixels[i] >> 8 & 0xff;
      }
      for (int i = 0; i < STRIP_ROWS; i++) {
        samples[2 * STRIP_ROWS + i] = pixels[i] >> 16 & 0xff;
      }
      columns.add(column, samples);
      while (columns.isComplete(column)) {
        int to = 3 * columns.finished;
        int[] sums = columns.finish();
        for (int row = 0; row < count; row++) {
          int[] resized = strip[row];
          resized[to] = sums[row];
          resized[to + 1] = sums[STRIP_ROWS + row];
          resized[to + 2] = sums[2 * STRIP_ROWS + row];
        }
      }
    }
  }

  /** Adds the strip's rows to the outputs that read them, and stores those that are complete. */
  private void resizeRows(int firstRow, int count) {
    for (int row = firstRow; row < firstRow + count; row++) {
      rows.add(row, strip[row - firstRow]);
      while (rows.isComplete(row)) {
        int to = rows.finished * strip[0].length;
        int[] sums = rows.finish();
        for (int i = 0; i < sums.length; i++) {
          out[to + i] = (byte) sums[i];
        }
      }
    }
  }

  /** The outputs of one axis to which some but not all of their samples have been added. */
  private static final class Sums {

    private final ResampleWeights axis;
    private final int[][] ring;
    private int opened;
    private int finished;

    private Sums(ResampleWeights axis, int samples) {
      this.axis = axis;
      this.ring = new int[axis.mostOpen][samples];
    }

    /** Adds the samples at {@code position} to every output that reads them. */
    private void add(int position, int[] samples) {
      for (int output = finished; output < opened; output++) {
        int weight = axis.weights[axis.base[output] + position];
        int[] sums = ring[output % ring.length];
        for (int i = 0; i < sums.length; i++) {
          sums[i] += samples[i] * weight;
        }
      }
      for (; opened < axis.first.length && axis.first[opened] <= position; opened++) {
        int weight = axis.weights[axis.base[opened] + position];
        int[] sums = ring[opened % ring.length];
        for (int i = 0; i < sums.length; i++) {
          sums[i] = HALF + samples[i] * weight;
        }
      }
    }

    /** Returns whether the oldest open output reads no sample after {@code position}. */
    private boolean isComplete(int position) {
      return finished < opened && axis.end[finished] == position + 1;
    }

    /** Closes the oldest open output and returns its samples, 0 to 255. */
    private int[] finish() {
      int[] sums = ring[finished++ % ring.length];
      for (int i = 0; i < sums.length; i++) {
        int value = sums[i] >> ResampleWeights.PRECISION_BITS;
        int positive = value & ~(value >> 31);
        sums[i] = (positive | 255 - positive >> 31) & 255;
      }
      return sums;
    }
  }
}
