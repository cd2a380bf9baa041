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

  /** Few enough that a column of them, and its sums, stay in the first-level cache. */
  private static final int STRIP_ROWS = 112;

  private static final int PRECISION_BITS = ResampleWeights.PRECISION_BITS;
  private static final int HALF = 1 << PRECISION_BITS - 1;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] source; // row-major, interleaved
  private final int stride; // bytes of a source row
  private final ResampleWeights columns;
  private final ResampleWeights rows;
  private final int[][] columnSums; // ring of open outputs: [open][3 * STRIP_ROWS]
  private final int[][] rowSums; // ring of open outputs: [open][3 * width]
  private final int[][] strip; // [STRIP_ROWS][3 * width], interleaved
  private final byte[] out;
  private int openedRows;
  private int finishedRows;

  private BicubicResizer(
      RgbImage source, ResampleWeights columns, ResampleWeights rows, int width, int height) {
    this.source = source.rgb();
    this.stride = 3 * source.width();
    this.columns = columns;
    this.rows = rows;
    this.columnSums = new int[columns.mostOpen][3 * STRIP_ROWS];
    this.rowSums = new int[rows.mostOpen][3 * width];
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
    int[] first = columns.first;
    int[] end = columns.end;
    int[] base = columns.base;
    int[] weights = columns.weights;
    int width = first.length;
    int[] pixels = new int[STRIP_ROWS]; // of one column: red + 2^8 green + 2^16 blue + any * 2^24
    int[] samples = new int[3 * STRIP_ROWS]; // all reds, all greens, all blues
    int[][] ring = columnSums;
    int[][] strip = this.strip;
    int opened = 0;
    int finished = 0;
    for (int column = first[0]; column < end[width - 1]; column++) {
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
      for (int x = finished; x < opened; x++) {
        int weight = weights[base[x] + column];
        int[] sums = ring[x % ring.length];
        for (int i = 0; i < samples.length; i++) {
          sums[i] += samples[i] * weight;
        }
      }
      for (; opened < width && first[opened] <= column; opened++) {
        int weight = weights[base[opened] + column];
        int[] sums = ring[opened % ring.length];
        for (int i = 0; i < samples.length; i++) {
          sums[i] = HALF + samples[i] * weight;
        }
      }
      for (; finished < opened && end[finished] == column + 1; finished++) {
        int[] sums = ring[finished % ring.length];
        for (int i = 0; i < samples.length; i++) {
          int value = sums[i] >> PRECISION_BITS;
          int positive = value & ~(value >> 31);
          sums[i] = (positive | 255 - positive >> 31) & 255;
        }
        int to = 3 * finished;
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
    int[] first = rows.first;
    int[] end = rows.end;
    int[] base = rows.base;
    int[] weights = rows.weights;
    for (int row = firstRow; row < firstRow + count; row++) {
      int[] resized = strip[row - firstRow];
      for (int y = finishedRows; y < openedRows; y++) {
        int weight = weights[base[y] + row];
        int[] sums = rowSums[y % rowSums.length];
        for (int i = 0; i < sums.length; i++) {
          sums[i] += resized[i] * weight;
        }
      }
      for (; openedRows < first.length && first[openedRows] <= row; openedRows++) {
        int weight = weights[base[openedRows] + row];
        int[] sums = rowSums[openedRows % rowSums.length];
        for (int i = 0; i < sums.length; i++) {
          sums[i] = HALF + resized[i] * weight;
        }
      }
      for (; finishedRows < openedRows && end[finishedRows] == row + 1; finishedRows++) {
        int[] sums = rowSums[finishedRows % rowSums.length];
        for (int i = 0; i < sums.length; i++) {
          int value = sums[i] >> PRECISION_BITS;
          int positive = value & ~(value >> 31);
          sums[i] = (positive | 255 - positive >> 31) & 255;
        }
        int to = finishedRows * sums.length;
        for (int i = 0; i < sums.length; i++) {
          out[to + i] = (byte) sums[i];
        }
      }
    }
  }
}
