package io.github.vanillanet.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;

/** How fast libtorch multiplies large float32 matrices here: what a forward is held against. */
public final class MatrixPeak {

  private static final int SIZE = 1536; // two such matrices fit no cache, yet take milliseconds
  private static final int WARM_UPS = 2;

  private MatrixPeak() {}

  /**
   * @param threads that the product may use on a CPU
   * @param products of which the fastest counts
   * @return floating-point operations a second; a multiply-accumulate is two
   */
  public static double measure(TorchRuntime runtime, Device device, int threads, int products) {
    runtime.setThreads(threads);
    long fastest = Long.MAX_VALUE;
    try (PtNDManager manager = runtime.newManager(device)) {
      NDArray a = manager.ones(new Shape(SIZE, SIZE), DataType.FLOAT32);
      for (int i = 0; i < WARM_UPS + products; i++) {
        try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
          long started = System.nanoTime();
          NDArray product = a.matMul(a);
          product.attach(scope);
          product.getFloat(0, 0); // waits for a device
          long nanos = System.nanoTime() - started;
          fastest = i < WARM_UPS ? fastest : Math.min(fastest, nanos);
        }
      }
    }
    return 2.0 * SIZE * SIZE * SIZE / (fastest / 1e9);
  }
}
