package io.github.vanillanet.model.engine;

import java.nio.ByteBuffer;

/** An instance for another thread. The owner frees the weights that both use. */
record SharedInstance(ModelInstance owner) implements ModelInstance {

  @Override
  public Device device() {
    return owner.device();
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
  public void close() {}
}
