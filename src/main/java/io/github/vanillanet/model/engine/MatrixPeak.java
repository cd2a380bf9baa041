package io.github.vanillanet.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;

/**
 * How fast libtorch multiplies large float32 matrices here: what a forward is held against. The
 * fastest product counts, and products are made in between the forwards: whatever else the machine
 * does then disturbs both. One thread at a time.
 */
public final class MatrixPeak implements AutoCloseable {

  private static final int SIZE = 1536; // two such matrices fit no cache, yet take milliseconds
  private static final double OPERATIONS = 2.0 * SIZE * SIZE * SIZE;
  private static final int WARM_UPS = 2;

  private final PtNDManager manager;
  private final NDArray matrix;
  private long fastest = Long.MAX_VALUE;

  /** The products use as many threads as the calling thread's forwards. */
  public MatrixPeak(TorchRuntime runtime, Device device) {
    manager = runtime.newManager(device);
    matrix = manager.ones(new Shape(SIZE, SIZE), DataType.FLOAT32);
    for (int i = 0; i < WARM_UPS; i++) {
      product();
    }
  }

  /** Makes one more product. */
  public void measure() {
    fastest = Math.min(fastest, product());
  }

  private long product() {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      long started = System.nanoTime();
      NDArray product = matrix.matMul(matrix);
      product.attach(scope);
      product.getFloat(0, 0); // waits for a device
      return System.nanoTime() - started;
    }
  }

  /** Floating-point operations a second of the fastest so far; a multiply-accumulate is two. */
  public double best() {
    return OPERATIONS / (fastest / 1e9);
  }

  @Override
  public void close() {
    manager.close();
  }
}
