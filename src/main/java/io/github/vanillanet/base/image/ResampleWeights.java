package io.github.vanillanet.base.image;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Pillow's bicubic weights for a run of output positions along one axis, as 22-bit fixed-point
 * integers. The kernel has a = -0.5 and is widened by the ratio when shrinking, which is the
 * antialias. An axis that keeps its size is not resampled: one weight of 1 per position.
 *
 * <p>The arithmetic, in float64 and in this order, is that of {@code precompute_coeffs} and {@code
 * normalize_coeffs_8bpc} in Pillow's Resample.c: another order rounds differently.
 */
final class ResampleWeights {

  /** 32 bits less 8 for the sample and 2 for the overshoot of the kernel. */
  static final int PRECISION_BITS = 22;

  private static final double KERNEL_SUPPORT = 2.0;
  private static final double A = -0.5;

  private final int[] first;
  private final int[] offset;
  private final int[] weights;

  private ResampleWeights(int[] first, int[] offset, int[] weights) {
    this.first = first;
    this.offset = offset;
    this.weights = weights;
  }

  /**
   * Weights for the output positions {@code start} to {@code start + count - 1} of an axis that is
   * scaled from {@code inputSize} to {@code outputSize}. Takes at most about {@code 16 * inputSize
   * + 64 * count} bytes, whatever {@code outputSize} is.
   */
  static ResampleWeights of(int inputSize, long outputSize, long start, int count) {
    if (inputSize == outputSize) {
      return unscaled((int) start, count);
    }
    double scale = (double) inputSize / outputSize;
    double filterScale = Math.max(scale, 1.0);
    double support = KERNEL_SUPPORT * filterScale;
    double step = 1.0 / filterScale;
    int widest = (int) Math.min(inputSize, (long) Math.ceil(support) * 2 + 1);
    double[] kernel = new double[widest];
    int[] first = new int[count];
    int[] offset = new int[count + 1];
    int[] weights = new int[Math.multiplyExact(widest, count)];
    int used = 0;
    for (int i = 0; i < count; i++) {
      double center = (start + i + 0.5) * scale;
      int low = Math.max(0, (int) (center - support + 0.5));
      int taps = (int) Math.min(inputSize, (long) (center + support + 0.5)) - low;
      double sum = 0;
      for (int tap = 0; tap < taps; tap++) {
        double weight = bicubic((tap + low - center + 0.5) * step);
        kernel[tap] = weight;
        sum += weight;
      }
      for (int tap = 0; tap < taps; tap++) {
        weights[used++] = toFixedPoint(sum == 0 ? kernel[tap] : kernel[tap] / sum);
      }
      first[i] = low;
      offset[i + 1] = used;
    }
    return new ResampleWeights(first, offset, weights);
  }

  private static ResampleWeights unscaled(int start, int count) {
    int[] weights = new int[count];
    Arrays.fill(weights, 1 << PRECISION_BITS);
    return new ResampleWeights(
        IntStream.range(start, start + count).toArray(),
        IntStream.rangeClosed(0, count).toArray(),
        weights);
  }

  /** First input position that output {@code index} reads. Never falls as the index rises. */
  int first(int index) {
    return first[index];
  }

  /** One past the last input position that output {@code index} reads. */
  int end(int index) {
    return first[index] + offset[index + 1] - offset[index];
  }

  /** Where the weights of output {@code index} begin in {@link #weights()}. */
  int offset(int index) {
    return offset[index];
  }

  /** All weights; the caller only reads. */
  int[] weights() {
    return weights;
  }

  int count() {
    return first.length;
  }

  private static int toFixedPoint(double weight) {
    double scaled = weight * (1 << PRECISION_BITS);
    return (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  }

  private static double bicubic(double position) {
    double x = Math.abs(position);
    if (x < 1.0) {
      return ((A + 2.0) * x - (A + 3.0)) * x * x + 1;
    }
    if (x < 2.0) {
      return (((x - 5) * x + 8) * x - 4) * A;
    }
    return 0.0;
  }
}
