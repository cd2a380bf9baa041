package io.github.vanillanet.benchmark;

/**
 * The speed of float32 multiply-adds on one core, reached by a loop that the JVM's compiler
 * vectorises. It is a lower bound of the processor's peak: a loop in machine code may be faster.
 */
final class FmaPeak {

  /** Fits the first-level cache. */
  private static final int SIZE = 2048;

  private static final int REPETITIONS = 200;

  private final float[] values = new float[SIZE];
  private long fastestNanos = Long.MAX_VALUE;

  void measure() {
    long started = System.nanoTime();
    for (int i = 0; i < REPETITIONS; i++) {
      pass(values, 0.999f, 1e-3f);
    }
    fastestNanos = Math.min(fastestNanos, System.nanoTime() - started);
  }

  /** Sixteen dependent multiply-adds of each value; the values are independent. */
  private static void pass(float[] values, float a, float b) {
    for (int i = 0; i < values.length; i++) {
      float x = values[i];
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      x = Math.fma(x, a, b);
      values[i] = x;
    }
  }

  /** Floating-point operations per second of the fastest measurement. */
  double best() {
    return 2.0 * 16 * SIZE * REPETITIONS / (fastestNanos / 1e9);
  }
}
