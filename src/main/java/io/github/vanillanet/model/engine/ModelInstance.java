package io.github.vanillanet.model.engine;

import java.nio.ByteBuffer;
import java.util.Optional;

/** A model loaded on a device. One thread owns it and makes every call except {@link #close}. */
public interface ModelInstance extends AutoCloseable {

  default Device device() {
    return Device.CPU;
  }

  /**
   * The same model in float32, for answers that have to be exact; empty if there is none. It is
   * used by the thread of this instance and closed with it.
   */
  default Optional<ModelInstance> exact() {
    return Optional.empty();
  }

  /**
   * Creates an instance with the same weights for another thread, because libtorch can run one
   * module on several threads. Closing the new instance does nothing; closing this one frees the
   * weights.
   */
  default ModelInstance forAnotherThread() {
    return new Shared(this);
  }

  /** Prepares the owning thread. Called once, before its first forward. */
  void attachToThread();

  /**
   * Computes logits.
   *
   * @param input direct, native byte order, position 0 to limit: {@code samples} dense samples.
   *     Must not be written before this method returns.
   * @return float32 [samples, classes], row-major; if the kind has maps, each row ends with those
   *     of {@link LastMaps}
   * @throws io.github.vanillanet.base.error.ServiceException {@code ENGINE_FAILURE} if the engine
   *     fails, {@code OUT_OF_DEVICE_MEMORY} if the device is full; the memory that libtorch caches
   *     on it is free afterwards
   */
  float[] forward(InputKind kind, ByteBuffer input, int samples);

  /**
   * Computes logits and the last maps in one forward. Parameters and errors are those of {@link
   * #forward}.
   *
   * @throws UnsupportedOperationException if the instance has logits only
   */
  default LastMaps forwardMaps(InputKind kind, ByteBuffer input, int samples) {
    throw new UnsupportedOperationException("this instance has no last maps");
  }

  /** Frees native memory, after the last forward. Idempotent. */
  @Override
  void close();

  /** An instance for another thread. The owner frees the weights that both use. */
  record Shared(ModelInstance owner) implements ModelInstance {

    @Override
    public Device device() {
      return owner.device();
    }

    @Override
    public Optional<ModelInstance> exact() {
      return owner.exact();
    }

    @Override
    public void attachToThread() {
      owner.attachToThread();
    }

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      return owner.forward(kind, input, samples);
    }

    @Override
    public LastMaps forwardMaps(InputKind kind, ByteBuffer input, int samples) {
      return owner.forwardMaps(kind, input, samples);
    }

    @Override
    public void close() {}
  }
}
