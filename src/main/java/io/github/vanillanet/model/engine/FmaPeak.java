package io.github.vanillanet.model.engine;

/**
 * The speed of float32 multiply-adds on one processor, as a reference for forwards: a loop over an
 * array in the first-level cache, which the JVM's compiler vectorises. Measure between the
 * forwards, so that other load affects both equally. The result is the fastest measurement. Not
 * thread-safe.
 */
public final class FmaPeak {

  /** 24 KiB. The compiler's scalar code before and after the vectors is a small share of it. */
  private static final int SIZE = 6144;

  private static final int DEPTH = 10;
  private static final int PASSES = 20;
  private static final int MEASUREMENTS = 100; // a millisecond

  private final float[] values = new float[SIZE];
  private long fastestNanos = Long.MAX_VALUE;

  public void measure() {
    for (int i = 0; i < MEASUREMENTS; i++) {
      long started = System.nanoTime();
      for (int pass = 0; pass < PASSES; pass++) {
        pass(values, 0.999f, 1e-3f);
      }
      fastestNanos = Math.min(fastestNanos, System.nanoTime() - started);
    }
  }

  /**
   * Ten dependent multiply-adds of each value; the values are independent. Measured: the compiler
   * unrolls a longer chain too little.
   */
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
      values[i] = x;
    }
  }

  /** Floating-point operations per second of the fastest measurement. */
  public double best() {
    return 2.0 * DEPTH * SIZE * PASSES / (fastestNanos / 1e9);
  }
}
