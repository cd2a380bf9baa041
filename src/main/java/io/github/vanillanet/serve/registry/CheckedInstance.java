package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import java.nio.ByteBuffer;
import java.util.Optional;

/** An instance of a reduced precision with a float32 instance of the same version. */
record CheckedInstance(ModelInstance reduced, ModelInstance float32) implements ModelInstance {

  @Override
  public Device device() {
    return reduced.device();
  }

  @Override
  public Optional<ModelInstance> exact() {
    return Optional.of(float32);
  }

  @Override
  public void attachToThread() {
    reduced.attachToThread();
    float32.attachToThread();
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    return reduced.forward(kind, input, samples);
  }

  @Override
  public void close() {
    reduced.close();
    float32.close();
  }
}
