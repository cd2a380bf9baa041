package io.github.vanillanet.model.engine;

import java.nio.ByteBuffer;

/**
 * One loaded model on one device. Every call but {@link #close} comes from the one thread that owns
 * the instance.
 */
public interface ModelInstance extends AutoCloseable {

  /** Where it computes. */
  default Device device() {
    return Device.CPU;
  }

  /**
   * The same weights for a further thread: libtorch runs one module from several threads at once,
   * with the same answers. Its {@link #close} does nothing; this one's frees the weights.
   */
  default ModelInstance forAnotherThread() {
    return new SharedInstance(this);
  }

  /** Called once on the owning thread before its first forward. */
  void attachToThread();

  /**
   * Computes logits.
   *
   * @param input direct, native byte order, position 0 to limit: {@code samples} dense samples. Not
   *     written by anybody until this returns.
   * @return {@code samples} rows of class scores, row-major
   * @throws io.github.vanillanet.base.error.ServiceException {@code ENGINE_FAILURE} if the engine
   *     fails
   * @throws io.github.vanillanet.base.error.ServiceException {@code OUT_OF_DEVICE_MEMORY} if the
   *     device is full
   */
  float[] forward(InputKind kind, ByteBuffer input, int samples);

  /** Frees native memory. After the last forward; idempotent. */
  @Override
  void close();
}
