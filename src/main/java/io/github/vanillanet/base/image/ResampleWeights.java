package io.github.vanillanet.base.image;

/**
 * Pillow's bicubic weights for a run of output positions along one axis, as 22-bit fixed-point
 * integers. The kernel has a = -0.5. When the axis shrinks, the kernel is widened by the ratio,
 * which is the antialias. Output i is the sum, over the positions p from {@code first[i]} up to but
 * not including {@code end[i]}, of sample p times {@code weights[base[i] + p]}. The arrays are
 * never written after construction.
 */
final class ResampleWeights {

  /** 32 bits, less 8 for the sample and 2 for the overshoot of the kernel. */
  static final int PRECISION_BITS = 22;

  private static final double KERNEL_SUPPORT = 2.0;
  private static final double A = -0.5;

  final int[] first; // never decreases
  final int[] end;
  final int[] base;
  final int[] weights;

  /** The most outputs that overlap at one input position. */
  final int mostOpen;

  private ResampleWeights(int[] first, int[] end, int[] base, int[] weights, int mostOpen) {
    this.first = first;
    this.end = end;
    this.base = base;
    this.weights = weights;
    this.mostOpen = mostOpen;
  }

  /**
   * Computes the weights of the output positions {@code start} to {@code start + count - 1} of an
   * axis that is scaled from {@code inputSize} to {@code outputSize}. Takes at most about {@code 16
   * * inputSize + 64 * count} bytes for any {@code outputSize}.
   *
   * <p>The float64 arithmetic and its order are those of {@code precompute_coeffs} and {@code
   * normalize_coeffs_8bpc} in Pillow's Resample.c: another order rounds differently.
   */
  static ResampleWeights of(int inputSize, long outputSize, long start, int count) {
    double scale = (double) inputSize / outputSize;
    double filterScale = Math.max(scale, 1.0);
    // An axis that keeps its size is copied: one weight of 1 for each position.
    double support = inputSize == outputSize ? 0.5 : KERNEL_SUPPORT * filterScale;
    double step = 1.0 / filterScale;
    int widest = (int) Math.min(inputSize, (long) Math.ceil(support) * 2 + 1);
    double[] kernel = new double[widest];
    int[] first = new int[count];
    int[] end = new int[count];
    int[] base = new int[count];
    int[] weights = new int[Math.multiplyExact(widest, count)];
    int used = 0;
    int finished = 0;
    int mostOpen = 1;
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
    return new ResampleWeights(first, end, base, weights, mostOpen);
  }
}
