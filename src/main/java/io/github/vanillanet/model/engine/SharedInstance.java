package io.github.vanillanet.model.engine;

import java.nio.ByteBuffer;

/** A thread's use of an instance that another owns. */
final class SharedInstance implements ModelInstance {

  private final ModelInstance owner;

  SharedInstance(ModelInstance owner) {
    this.owner = owner;
  }

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
  public void close() {
    // the owner frees what both use
  }
}
