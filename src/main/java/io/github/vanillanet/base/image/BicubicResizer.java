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
 *
 * <p>Each axis is an instance, with Pillow's bicubic weights as 22-bit fixed-point integers. The
 * kernel has a = -0.5. When the axis shrinks, the kernel is widened by the ratio, which is the
 * antialias. Output i is the sum, over the positions p from {@code first[i]} up to but not
 * including {@code end[i]}, of sample p times {@code weights[base[i] + p]}.
 */
final class BicubicResizer {

  /** Small enough that a column and its sums stay in the first-level cache. */
  private static final int STRIP_ROWS = 112;

  /** 32 bits, less 8 for the sample and 2 for the overshoot of the kernel. */
  private static final int PRECISION_BITS = 22;

  private static final int HALF = 1 << PRECISION_BITS - 1;
  private static final double KERNEL_SUPPORT = 2.0;
  private static final double A = -0.5;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final int[] first; // never decreases
  private final int[] end;
  private final int[] base;
  private final int[] weights;
  private final int[][] sums; // ring of open outputs
  private int opened;
  private int finished;

  /**
   * Computes the weights of the output positions {@code start} to {@code start + count - 1} of an
   * axis that is scaled from {@code inputSize} to {@code outputSize}. Takes at most about {@code 16
   * * inputSize + 64 * count} bytes for any {@code outputSize}.
   *
   * <p>The float64 arithmetic and its order are those of {@code precompute_coeffs} and {@code
   * normalize_coeffs_8bpc} in Pillow's Resample.c: another order rounds differently.
   *
   * @param samples that each output sums up side by side
   */
  private BicubicResizer(int inputSize, long outputSize, long start, int count, int samples) {
    double scale = (double) inputSize / outputSize;
    double filterScale = Math.max(scale, 1.0);
    // An axis that keeps its size is copied: one weight of 1 for each position.
    double support = inputSize == outputSize ? 0.5 : KERNEL_SUPPORT * filterScale;
    double step = 1.0 / filterScale;
    int widest = (int) Math.min(inputSize, (long) Math.ceil(support) * 2 + 1);
    double[] kernel = new double[widest];
    first = new int[count];
    end = new int[count];
    base = new int[count];
    weights = new int[Math.multiplyExact(widest, count)];
    int used = 0;
    int finished = 0;
    int mostOpen = 1; // outputs that overlap at one input position
    for (int i = 0; i < count; i++) {
      double center = (start + i + 0.5) * scale;
      int low = Math.max(0, (int) (center - support + 0.5));
      int taps = (int) Math.min(inputSize, (long) (center + support + 0.5)) - low;
      double sum = 0;
      for (int tap = 0; tap < taps; tap++) {
        double x = Math.abs((tap + low - center + 0.5) * step);
        if (x < 1.0) {
          kernel[tap] = ((A + 2.0) * x - (A + 3.0)) * x * x + 1;
        } else {
          kernel[tap] = x < 2.0 ? (((x - 5) * x + 8) * x - 4) * A : 0.0;
        }
        sum += kernel[tap];
      }
      first[i] = low;
      end[i] = low + taps;
      base[i] = used - low;
      for (int tap = 0; tap < taps; tap++) {
        double scaled = (sum == 0 ? kernel[tap] : kernel[tap] / sum) * (1 << PRECISION_BITS);
        weights[used++] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
      }
      while (end[finished] <= low) {
        finished++;
      }
      mostOpen = Math.max(mostOpen, i - finished + 1);
    }
    sums = new int[mostOpen][samples];
  }

  /**
   * Resizes {@code source} to {@code resizedWidth x resizedHeight} and cuts out {@code width x
   * height} at ({@code left}, {@code top}). A picture that is not stored upright is read in its
   * upright order, which takes no copy.
   *
   * @param orientation of the stored picture, Exif's 1 to 8; sizes and positions are those of the
   *     upright picture
   * @throws IllegalArgumentException if the crop does not lie inside the resized picture
   */
  static RgbImage resizeAndCrop(
      RgbImage source,
      int orientation,
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
    byte[] rgb = source.rgb();
    int sourceWidth = source.width();
    int sourceHeight = rgb.length / 3 / sourceWidth;
    int origin = 0;
    int columnStep = 3;
    int rowStep = 3 * sourceWidth;
    if (orientation != Orientation.UPRIGHT) {
      Orientation upright = Orientation.of(orientation, source);
      sourceWidth = upright.width();
      sourceHeight = upright.height();
      origin = upright.origin();
      columnStep = upright.columnStep();
      rowStep = upright.rowStep();
    }
    BicubicResizer columns =
        new BicubicResizer(sourceWidth, resizedWidth, left, width, 3 * STRIP_ROWS);
    BicubicResizer rows = new BicubicResizer(sourceHeight, resizedHeight, top, height, 3 * width);
    int[][] strip = new int[STRIP_ROWS][3 * width]; // interleaved
    byte[] out = new byte[3 * width * height];
    int endRow = rows.end[height - 1];
    for (int row = rows.first[0]; row < endRow; row += STRIP_ROWS) {
      int count = Math.min(STRIP_ROWS, endRow - row);
      columns.resizeColumns(rgb, origin + row * rowStep, columnStep, rowStep, count, strip);
      rows.resizeRows(row, count, strip, out);
    }
    return new RgbImage(width, height, out);
  }

  /**
   * Fills the strip with {@code count} source rows, resized horizontally.
   *
   * @param start offset of the first row's first column
   * @param columnStep bytes to the next column
   * @param rowStep bytes to the next row
   */
  private void resizeColumns(
      byte[] rgb, int start, int columnStep, int rowStep, int count, int[][] strip) {
    int width = first.length;
    int[] pixels = new int[STRIP_ROWS]; // of one column: red + 2^8 green + 2^16 blue + any * 2^24
    int[] samples = new int[3 * STRIP_ROWS]; // all reds, all greens, all blues
    opened = 0;
    finished = 0;
    for (int column = first[0]; column < end[width - 1]; column++) {
      int at = start + column * columnStep;
      int row = 0;
      int rowsEnd = count;
      int last = rgb.length - 3; // the picture's last pixel has only three bytes
      if (at == last || at + (count - 1) * rowStep == last) { // only at one end of the rows
        boolean isFirst = at == last;
        row = isFirst ? 1 : 0;
        rowsEnd = isFirst ? count : count - 1;
        pixels[isFirst ? 0 : rowsEnd] =
            rgb[last] & 0xff | (rgb[last + 1] & 0xff) << 8 | rgb[last + 2] << 16;
        at += row * rowStep;
      }
      for (; row < rowsEnd; row++, at += rowStep) {
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
        int[] output = sums[x % sums.length];
        for (int i = 0; i < samples.length; i++) {
          output[i] += samples[i] * weight;
        }
      }
      for (; opened < width && first[opened] <= column; opened++) {
        int weight = weights[base[opened] + column];
        int[] output = sums[opened % sums.length];
        for (int i = 0; i < samples.length; i++) {
          output[i] = HALF + samples[i] * weight;
        }
      }
      for (; finished < opened && end[finished] == column + 1; finished++) {
        int[] output = sums[finished % sums.length];
        for (int i = 0; i < samples.length; i++) {
          int value = output[i] >> PRECISION_BITS;
          int positive = value & ~(value >> 31);
          output[i] = (positive | 255 - positive >> 31) & 255;
        }
        int to = 3 * finished;
        for (int y = 0; y < count; y++) {
          int[] resized = strip[y];
          resized[to] = output[y];
          resized[to + 1] = output[STRIP_ROWS + y];
          resized[to + 2] = output[2 * STRIP_ROWS + y];
        }
      }
    }
  }

  /** Adds the strip's rows to the outputs that read them, and stores those that are complete. */
  private void resizeRows(int firstRow, int count, int[][] strip, byte[] out) {
    for (int row = firstRow; row < firstRow + count; row++) {
      int[] resized = strip[row - firstRow];
      for (int y = finished; y < opened; y++) {
        int weight = weights[base[y] + row];
        int[] output = sums[y % sums.length];
        for (int i = 0; i < output.length; i++) {
          output[i] += resized[i] * weight;
        }
      }
      for (; opened < first.length && first[opened] <= row; opened++) {
        int weight = weights[base[opened] + row];
        int[] output = sums[opened % sums.length];
        for (int i = 0; i < output.length; i++) {
          output[i] = HALF + resized[i] * weight;
        }
      }
      for (; finished < opened && end[finished] == row + 1; finished++) {
        int[] output = sums[finished % sums.length];
        for (int i = 0; i < output.length; i++) {
          int value = output[i] >> PRECISION_BITS;
          int positive = value & ~(value >> 31);
          output[i] = (positive | 255 - positive >> 31) & 255;
        }
        int to = finished * output.length;
        for (int i = 0; i < output.length; i++) {
          out[to + i] = (byte) output[i];
        }
      }
    }
  }
}
