package io.github.vanillanet.registry;

import io.github.vanillanet.batching.KnownAnswer;
import io.github.vanillanet.batching.Lane;
import io.github.vanillanet.batching.LaneAnswer;
import io.github.vanillanet.batching.LaneSettings;
import io.github.vanillanet.batching.ModelInput;
import io.github.vanillanet.batching.WatchPlan;
import io.github.vanillanet.certify.GoldenAnswers;
import io.github.vanillanet.engine.Device;
import io.github.vanillanet.engine.InputKind;
import io.github.vanillanet.engine.ModelInstance;
import io.github.vanillanet.engine.TorchInstance;
import io.github.vanillanet.engine.TorchRuntime;
import io.github.vanillanet.image.RgbImage;
import io.github.vanillanet.metrics.ServingMetrics;
import io.github.vanillanet.network.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Brings a published version onto the device: load, start its lane, warm it with the certificate's
 * probes, hold the answers against the golden ones, time a single image.
 */
public final class ModelLoader implements VersionLoader {

  private static final int TIMED_FORWARDS = 5;
  private static final Duration SHORTEST_PROBE_INTERVAL = Duration.ofSeconds(1);

  private final TorchRuntime runtime;
  private final Device device;
  private final LanePlan plan;
  private final ServingMetrics metrics;
  private final FaultObserver faults;

  /**
   * @param faults is told when a lane goes out of service
   */
  public ModelLoader(
      TorchRuntime runtime,
      Device device,
      LanePlan plan,
      ServingMetrics metrics,
      FaultObserver faults) {
    this.runtime = runtime;
    this.device = device;
    this.plan = plan;
    this.metrics = metrics;
    this.faults = faults;
  }

  /**
   * One lane, one request at a time, counted by nobody.
   *
   * @param threads that one forward may use on a CPU
   * @param queueCapacity images that may wait for each model
   */
  public ModelLoader(TorchRuntime runtime, Device device, int threads, int queueCapacity) {
    this(
        runtime,
        device,
        new LanePlan(1, threads, LaneSettings.single(queueCapacity), LanePlan.USUAL_HANG_LIMIT),
        ServingMetrics.unobserved(),
        FaultObserver.none());
  }

  @Override
  public ServedModel load(StoredVersion version) {
    long started = System.nanoTime();
    Architecture architecture = version.manifest().architecture();
    TorchInstance instance =
        TorchInstance.load(
            runtime,
            version.artifact(),
            device,
            architecture.inputHeight(),
            architecture.inputWidth(),
            plan.threads());
    List<ModelInstance> instances = new ArrayList<>(List.of(instance));
    while (instances.size() < plan.lanes()) {
      instances.add(instance.forAnotherThread());
    }
    return serve(version, instances, started);
  }

  /**
   * The steps after the artifact is on the device.
   *
   * @param instances of this version, one for each thread; owned by the result, or closed
   * @param started when loading began, of {@code System.nanoTime}
   */
  public ServedModel serve(StoredVersion version, List<ModelInstance> instances, long started) {
    Architecture architecture = version.manifest().architecture();
    Lane lane = lane(version.id(), instances);
    try {
      GoldenAnswers golden = new GoldenAnswers(version.manifest().certificate());
      List<RgbImage> probes = golden.images(architecture.inputHeight(), architecture.inputWidth());
      for (int i = 0; i < probes.size(); i++) {
        golden.requireSame(i, forward(lane, probes.get(i)).logits());
      }
      warm(lane, probes.get(0));
      Duration latency = medianForward(lane, probes.get(0));
      lane.open(latency);
      lane.watch(watch(version.id(), golden, probes));
      Duration loadTime = Duration.ofNanos(System.nanoTime() - started);
      return new ServedModel(version, device, lane, loadTime, latency);
    } catch (RuntimeException | Error e) {
      lane.close();
      throw e;
    }
  }

  private WatchPlan watch(ModelId id, GoldenAnswers golden, List<RgbImage> probes) {
    List<KnownAnswer> known = new ArrayList<>();
    for (int i = 0; i < probes.size(); i++) {
      int probe = i;
      ModelInput input = input(probes.get(i), 1);
      known.add(new KnownAnswer(input, logits -> golden.requireSame(probe, logits)));
    }
    return new WatchPlan(
        known, SHORTEST_PROBE_INTERVAL, plan.hangLimit(), fault -> faults.faulted(id, fault));
  }

  private Lane lane(ModelId id, List<ModelInstance> instances) {
    return new Lane(
        id.toString(),
        instances,
        plan.lane(),
        metrics.version(id.name(), id.version(), device.toString()));
  }

  /** Every batch size, and every thread: the first forward of each is slow. */
  private void warm(Lane lane, RgbImage probe) {
    if (plan.lane().batching().combines()) {
      plan.lane().batching().sizes().forEach(size -> forward(lane, probe, size));
    }
    List<CompletableFuture<LaneAnswer>> one = new ArrayList<>();
    for (int i = 0; i < plan.lanes(); i++) {
      one.add(lane.submit(input(probe, 1)));
    }
    one.forEach(CompletableFuture::join);
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
    return forward(lane, image, 1);
  }

  private static LaneAnswer forward(Lane lane, RgbImage image, int copies) {
    try {
      return lane.submit(input(image, copies)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static ModelInput input(RgbImage image, int copies) {
    ByteBuffer pixels =
        ByteBuffer.allocateDirect(copies * image.rgb().length).order(ByteOrder.nativeOrder());
    for (int i = 0; i < copies; i++) {
      pixels.put(image.rgb());
    }
    return new ModelInput(InputKind.IMAGES, copies, pixels.flip());
  }
}
