package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An instance that warms up as soon as its thread takes it, before that thread takes any work. */
final class WarmedInstance implements ModelInstance {

  private final ModelInstance instance;
  private final WarmUp warmUp;
  private final CompletableFuture<List<float[]>> answers = new CompletableFuture<>();

  WarmedInstance(ModelInstance instance, WarmUp warmUp) {
    this.instance = instance;
    this.warmUp = warmUp;
  }

  /** Logits of the probes, or what the warm-up failed with. */
  CompletableFuture<List<float[]>> answers() {
    return answers;
  }

  @Override
  public Device device() {
    return instance.device();
  }

  @Override
  public void attachToThread() {
    try {
      instance.attachToThread();
      answers.complete(warmUp.run(instance));
    } catch (RuntimeException | Error e) { // told to the loader, which closes the lane
      answers.completeExceptionally(e);
    }
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    return instance.forward(kind, input, samples);
  }

  @Override
  public void close() {
    instance.close();
  }
}
