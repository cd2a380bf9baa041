package io.github.vanillanet.base.image;

/**
 * One of the resizer's two passes: weighted sums along an axis, of many samples side by side. Fed
 * with one position of the axis after the other, it adds what stands there to the few outputs that
 * read it, so no more than these are held. One thread.
 *
 * <p>The loops are as plain as they are because the JIT compiler vectorises them so: one array
 * each, read and written at the same index.
 */
final class AxisPass {

  private static final int HALF = 1 << ResampleWeights.PRECISION_BITS - 1;

  private final ResampleWeights weights;
  private final int[][] sums;
  private int next;
  private int opened;
  private int finished;

  /**
   * @param lanes samples at each position
   */
  AxisPass(ResampleWeights weights, int lanes) {
    this.weights = weights;
    this.sums = new int[mostOpenAtOnce(weights)][lanes];
    restart();
  }

  /** Begins anew at the first position that is read. */
  void restart() {
    next = weights.first(0);
    opened = 0;
    finished = 0;
  }

  /** One past the last position that is read. */
  int end() {
    return weights.end(weights.count() - 1);
  }

  /** The position whose samples are to be fed next. */
  int next() {
    return next;
  }

  /**
   * @param samples 0..255, one for each lane; only read
   */
  void feed(int[] samples) {
    for (int open = finished; open < opened; open++) {
      add(samples, weight(open), sums[open % sums.length]);
    }
    for (; opened < weights.count() && weights.first(opened) <= next; opened++) {
      begin(samples, weight(opened), sums[opened % sums.length]);
    }
    next++;
  }

  /** Of the position that is fed, in an output that reads it. */
  private int weight(int output) {
    return weights.weights()[weights.offset(output) + next - weights.first(output)];
  }

  /** Whether an output has got all it reads. */
  boolean hasFinished() {
    return finished < opened && weights.end(finished) == next;
  }

  /** Index of the next output to be finished. */
  int finished() {
    return finished;
  }

  /** The finished output, rounded and clipped to 0..255; valid until something is fed. */
  int[] takeFinished() {
    int[] done = sums[finished % sums.length];
    finished++;
    round(done);
    return done;
  }

  private static int mostOpenAtOnce(ResampleWeights weights) {
    int most = 1;
    int finished = 0;
    for (int opened = 0; opened < weights.count(); opened++) {
      while (weights.end(finished) <= weights.first(opened)) {
        finished++;
      }
      most = Math.max(most, opened - finished + 1);
    }
    return most;
  }

  private static void begin(int[] samples, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = HALF + samples[i] * weight;
    }
  }

  private static void add(int[] samples, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += samples[i] * weight;
    }
  }

  /** Clips by sign masks, since {@code Math.min} and {@code max} are not vectorised. */
  private static void round(int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      int value = sums[i] >> ResampleWeights.PRECISION_BITS;
      int positive = value & ~(value >> 31);
      sums[i] = (positive | 255 - positive >> 31) & 255;
    }
  }
}
