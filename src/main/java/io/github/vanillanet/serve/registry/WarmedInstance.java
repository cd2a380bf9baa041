package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An instance that warms up on its worker thread before it takes work. Engines prepare each thread
 * for each input shape; the slowest example is cuDNN's choice of an algorithm.
 */
final class WarmedInstance implements ModelInstance {

  private static final int TIMED_FORWARDS = 5;

  private final ModelInstance instance;
  private List<RgbImage> probes; // empty after the warm-up; used by the worker thread
  private final BatchPolicy batching;
  private final boolean measuresBatches;
  private final CompletableFuture<WarmUp> warmUp = new CompletableFuture<>();

  /**
   * What the warm-up showed.
   *
   * @param answers the logits of the probes
   * @param exact the same in float32, and the time of one image; empty without an exact instance
   * @param batches times of an image alone and in a batch, if they decide about batches
   */
  record WarmUp(List<float[]> answers, Optional<Exact> exact, Optional<Batching.Times> batches) {

    record Exact(List<float[]> answers, Duration oneImage) {}
  }

  /**
   * @param probes the certificate's, at the model's input size
   * @param measuresBatches whether the time of a full batch decides about batches
   */
  WarmedInstance(
      ModelInstance instance,
      List<RgbImage> probes,
      BatchPolicy batching,
      boolean measuresBatches) {
    this.instance = instance;
    this.probes = probes;
    this.batching = batching;
    this.measuresBatches = measuresBatches;
  }

  /** The result of the warm-up, or its failure. */
  CompletableFuture<WarmUp> warmUp() {
    return warmUp;
  }

  @Override
  public Device device() {
    return instance.device();
  }

  @Override
  public Optional<ModelInstance> exact() {
    return instance.exact();
  }

  @Override
  public void attachToThread() {
    try {
      instance.attachToThread();
      WarmUp result = run();
      probes = List.of();
      warmUp.complete(result);
    } catch (RuntimeException | Error e) { // the loader closes the lane
      warmUp.completeExceptionally(e);
    }
  }

  private WarmUp run() {
    List<float[]> answers = answers(instance, probes);
    Optional<Batching.Times> times = measuresBatches ? Optional.of(measure()) : Optional.empty();
    boolean batches = times.map(Batching.Times::suggestBatches).orElse(batching.combines());
    warmUpSizes(instance, batches);
    Optional<WarmUp.Exact> exact =
        instance
            .exact()
            .map(
                float32 -> {
                  List<float[]> same = answers(float32, probes);
                  warmUpSizes(float32, batches);
                  return new WarmUp.Exact(same, fastest(float32, probes.get(0), 1));
                });
    return new WarmUp(answers, exact, times);
  }

  static List<float[]> answers(ModelInstance instance, List<RgbImage> probes) {
    List<float[]> logits = new ArrayList<>();
    for (RgbImage probe : probes) {
      logits.add(instance.forward(InputKind.IMAGES, pixels(probe, 1), 1));
    }
    return logits;
  }

  private Batching.Times measure() {
    RgbImage probe = probes.get(0);
    long alone = fastest(instance, probe, 1).toNanos();
    if (alone > Batching.Times.LONGEST.toNanos()) {
      return new Batching.Times(Duration.ofNanos(alone), Optional.empty());
    }
    int size = batching.maxImages();
    ByteBuffer one = pixels(probe, 1);
    ByteBuffer full = pixels(probe, size);
    long together = Long.MAX_VALUE;
    instance.forward(InputKind.IMAGES, full, size);
    for (int i = 0; i < TIMED_FORWARDS; i++) { // in turn, so that other load slows down both
      together = Math.min(together, nanos(instance, full, size));
      alone = Math.min(alone, nanos(instance, one, 1));
    }
    return new Batching.Times(
        Duration.ofNanos(alone), Optional.of(Duration.ofNanos(together / size)));
  }

  /** The time of the fastest of some forwards: other load can only make one slower. */
  static Duration fastest(ModelInstance instance, RgbImage probe, int images) {
    ByteBuffer input = pixels(probe, images);
    instance.forward(InputKind.IMAGES, input, images);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TIMED_FORWARDS; i++) {
      best = Math.min(best, nanos(instance, input, images));
    }
    return Duration.ofNanos(best);
  }

  private static long nanos(ModelInstance instance, ByteBuffer input, int images) {
    long started = System.nanoTime();
    instance.forward(InputKind.IMAGES, input, images);
    return System.nanoTime() - started;
  }

  private void warmUpSizes(ModelInstance some, boolean batches) {
    switch (device().kind()) {
      case CPU -> {
        if (batches) {
          warmUp(some, InputKind.IMAGES, batching.sizes());
        }
      }
      case CUDA -> {
        warmUp(some, InputKind.IMAGES, batching.forwardSizes());
        warmUp(some, InputKind.NORMALISED, batching.forwardSizes());
      }
    }
  }

  private void warmUp(ModelInstance some, InputKind kind, List<Integer> sizes) {
    RgbImage probe = probes.get(0);
    for (int size : sizes) {
      ByteBuffer input =
          kind.pixels()
              ? pixels(probe, size)
              : kind.buffer(size, probe.height(), probe.width()); // zeros take the same time
      some.forward(kind, input, size);
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
