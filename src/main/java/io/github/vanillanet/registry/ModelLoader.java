package io.github.vanillanet.registry;

import io.github.vanillanet.batching.Lane;
import io.github.vanillanet.batching.LaneAnswer;
import io.github.vanillanet.batching.ModelInput;
import io.github.vanillanet.certify.GoldenAnswers;
import io.github.vanillanet.engine.Device;
import io.github.vanillanet.engine.InputKind;
import io.github.vanillanet.engine.ModelInstance;
import io.github.vanillanet.engine.TorchInstance;
import io.github.vanillanet.engine.TorchRuntime;
import io.github.vanillanet.image.RgbImage;
import io.github.vanillanet.network.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * Brings a published version onto the device: load, start its lane, warm it with the certificate's
 * probes, hold the answers against the golden ones, time a single image.
 */
public final class ModelLoader implements VersionLoader {

  private static final int TIMED_FORWARDS = 5;

  private final TorchRuntime runtime;
  private final Device device;
  private final int threads;
  private final int queueCapacity;

  /**
   * @param threads that one forward may use on a CPU
   * @param queueCapacity images that may wait for each model
   */
  public ModelLoader(TorchRuntime runtime, Device device, int threads, int queueCapacity) {
    this.runtime = runtime;
    this.device = device;
    this.threads = threads;
    this.queueCapacity = queueCapacity;
  }

  @Override
  public ServedModel load(StoredVersion version) {
    long started = System.nanoTime();
    Architecture architecture = version.manifest().architecture();
    ModelInstance instance =
        TorchInstance.load(
            runtime,
            version.artifact(),
            device,
            architecture.inputHeight(),
            architecture.inputWidth(),
            threads);
    Lane lane = new Lane(version.id().toString(), instance, queueCapacity);
    try {
      GoldenAnswers golden = new GoldenAnswers(version.manifest().certificate());
      List<RgbImage> probes = golden.images(architecture.inputHeight(), architecture.inputWidth());
      for (int i = 0; i < probes.size(); i++) {
        golden.requireSame(i, forward(lane, probes.get(i)).logits());
      }
      Duration latency = medianForward(lane, probes.get(0));
      Duration loadTime = Duration.ofNanos(System.nanoTime() - started);
      return new ServedModel(version, device, lane, loadTime, latency);
    } catch (RuntimeException | Error e) {
      lane.close();
      throw e;
    }
  }

  /** Loads a version as for service, and lets it go again; throws as {@link #load} does. */
  public void verify(StoredVersion version) {
    load(version).lane().close();
  }

  public Device device() {
    return device;
  }

  private static Duration medianForward(Lane lane, RgbImage probe) {
    long[] nanos = new long[TIMED_FORWARDS];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = forward(lane, probe).inferNanos();
    }
    Arrays.sort(nanos);
    return Duration.ofNanos(nanos[nanos.length / 2]);
  }

  private static LaneAnswer forward(Lane lane, RgbImage image) {
    ByteBuffer pixels = ByteBuffer.wrap(image.rgb()).order(ByteOrder.nativeOrder());
    try {
      return lane.submit(new ModelInput(InputKind.IMAGES, 1, pixels)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
