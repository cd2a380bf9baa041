package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * An instance that warms up on its worker thread before it takes work. Engines prepare each thread
 * for each input shape; the slowest example is cuDNN's choice of an algorithm.
 */
final class WarmedInstance implements ModelInstance {

  private final ModelInstance instance;
  private final List<RgbImage> probes;
  private final BatchPolicy batching;
  private final CompletableFuture<List<float[]>> answers = new CompletableFuture<>();

  /**
   * @param probes the certificate's, at the model's input size
   */
  WarmedInstance(ModelInstance instance, List<RgbImage> probes, BatchPolicy batching) {
    this.instance = instance;
    this.probes = probes;
    this.batching = batching;
  }

  /** The logits of the probes, or the failure of the warm-up. */
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
      answers.complete(warmUp());
    } catch (RuntimeException | Error e) { // the loader closes the lane
      answers.completeExceptionally(e);
    }
  }

  private List<float[]> warmUp() {
    List<float[]> logits = new ArrayList<>();
    for (RgbImage probe : probes) {
      logits.add(instance.forward(InputKind.IMAGES, pixels(probe, 1), 1));
    }
    switch (device().kind()) {
      case CPU -> {
        if (batching.combines()) {
          warmUp(InputKind.IMAGES, batching.sizes());
        }
      }
      case CUDA -> {
        for (InputKind kind : InputKind.values()) {
          warmUp(kind, batching.forwardSizes());
        }
      }
    }
    return logits;
  }

  private void warmUp(InputKind kind, List<Integer> sizes) {
    RgbImage probe = probes.get(0);
    for (int size : sizes) {
      ByteBuffer input =
          switch (kind) {
            case IMAGES -> pixels(probe, size);
            case NORMALISED -> // zeros, because the time of a forward does not depend on values
                kind.buffer(size, probe.height(), probe.width());
          };
      instance.forward(kind, input, size);
    }
  }

  static ByteBuffer pixels(RgbImage image, int copies) {
    ByteBuffer pixels = InputKind.IMAGES.buffer(copies, image.height(), image.width());
    for (int i = 0; i < copies; i++) {
      pixels.put(image.rgb());
    }
    return pixels.flip();
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
