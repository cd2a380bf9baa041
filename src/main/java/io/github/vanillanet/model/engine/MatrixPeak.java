package io.github.vanillanet.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;

/**
 * The speed of libtorch's float32 matrix product on this machine, as a reference for forwards. The
 * result is the fastest product. Time the products between the forwards, so that other load affects
 * both equally. Not thread-safe.
 */
public final class MatrixPeak implements AutoCloseable {

  private static final int SIZE = 1536; // larger than any cache, yet a product takes milliseconds
  private static final double OPERATIONS = 2.0 * SIZE * SIZE * SIZE;
  private static final int WARM_UPS = 2;

  private final PtNDManager manager;
  private final NDArray matrix;
  private long fastestNanos = Long.MAX_VALUE;

  /** The products use as many threads as the forwards of the calling thread. */
  public MatrixPeak(TorchRuntime runtime, Device device) {
    manager = runtime.newManager(device);
    matrix = manager.ones(new Shape(SIZE, SIZE), DataType.FLOAT32);
    for (int i = 0; i < WARM_UPS; i++) {
      product();
    }
  }

  public void measure() {
    fastestNanos = Math.min(fastestNanos, product());
  }

  private long product() {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      long started = System.nanoTime();
      NDArray product = matrix.matMul(matrix);
      product.attach(scope);
      product.getFloat(0, 0); // waits for the device
      return System.nanoTime() - started;
    }
  }

  /** Floating-point operations per second of the fastest product. */
  public double best() {
    return OPERATIONS / (fastestNanos / 1e9);
  }

  @Override
  public void close() {
    manager.close();
  }
}
