package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.InstanceLoader;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.repository.ClassMeans;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.scheduler.Lane;
import io.github.vanillanet.serve.scheduler.LaneFault;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.ModelInput;
import io.github.vanillanet.serve.scheduler.Probe;
import io.github.vanillanet.serve.scheduler.Reservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * Loads versions onto their devices. Each worker thread of the new lane warms up with the
 * certificate's probes, and its answers are compared with the golden ones. Then one image is timed.
 */
public final class ModelLoader {

  /**
   * The resources of each model.
   *
   * @param lanes worker threads on each device, which share its weights
   * @param threads of one forward on a CPU
   * @param hangLimit as in {@link Lane#watch}
   */
  public record Plan(int lanes, int threads, LaneSettings lane, Duration hangLimit) {}

  private static final int TIMED_FORWARDS = 5;
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

  private final InstanceLoader engine;
  private final List<Device> devices;
  private final Arithmetic arithmetic;
  private final Plan plan;
  private final ServingMetrics metrics;
  private final BiConsumer<ModelId, Optional<LaneFault>> onFault;

  /**
   * @param devices that serve each model; a free one takes the next request
   * @param arithmetic if it is not the published one, an artifact is derived at each load
   * @param onFault receives the faults of each version as in {@link Lane#watch}
   */
  public ModelLoader(
      InstanceLoader engine,
      List<Device> devices,
      Arithmetic arithmetic,
      Plan plan,
      ServingMetrics metrics,
      BiConsumer<ModelId, Optional<LaneFault>> onFault) {
    this.engine = engine;
    this.devices = List.copyOf(devices);
    this.arithmetic = arithmetic;
    this.plan = plan;
    this.metrics = metrics;
    this.onFault = onFault;
  }

  /**
   * One worker on one device, without metrics.
   *
   * @param threads of one forward on a CPU
   * @param capacity images that may wait for each model
   */
  public ModelLoader(
      TorchRuntime runtime, Device device, Arithmetic arithmetic, int threads, int capacity) {
    this(
        InstanceLoader.torch(runtime, threads),
        List.of(device),
        arithmetic,
        new Plan(1, threads, LaneSettings.single(capacity), Duration.ofMinutes(1)),
        ServingMetrics.unobserved(),
        (id, fault) -> {});
  }

  /**
   * Loads and warms up a version. The caller owns it.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if it cannot be loaded, {@code NOT_EQUIVALENT} if
   *     its answers differ from its certificate
   */
  public ServedModel load(StoredVersion version) {
    long started = System.nanoTime();
    Architecture architecture = version.manifest().architecture();
    List<RgbImage> probes =
        version
            .manifest()
            .certificate()
            .probes()
            .images(architecture.inputHeight(), architecture.inputWidth());
    try (ServedArtifact artifact = ServedArtifact.of(version, devices, arithmetic)) {
      List<WarmedInstance> instances = instances(artifact, version, probes);
      Lane lane = lane(version.id(), instances);
      try {
        Certificate certificate = certify(artifact, version, instances);
        // The timed forwards share places with other lanes, so a hang must be found already.
        lane.watch(
            probes(certificate, version, probes),
            PROBE_INTERVAL,
            plan.hangLimit(),
            fault -> onFault.accept(version.id(), fault));
        Duration latency = medianForward(lane, probes.get(0));
        lane.open(latency);
        Duration loadTime = Duration.ofNanos(System.nanoTime() - started);
        return new ServedModel(
            version, new Placement(devices, certificate), lane, loadTime, latency);
      } catch (RuntimeException | Error e) {
        lane.close();
        throw e;
      }
    }
  }

  /** Loads a version as for service, and closes it again. Throws as {@link #load} does. */
  public Certificate verify(StoredVersion version) {
    ServedModel model = load(version);
    model.lane().close();
    return model.placement().certificate();
  }

  /** The workers of each device, which share its weights. The first one owns them. */
  private List<WarmedInstance> instances(
      ServedArtifact artifact, StoredVersion version, List<RgbImage> probes) {
    Architecture architecture = version.manifest().architecture();
    Optional<ClassMeans> means = version.classMeans();
    List<WarmedInstance> instances = new ArrayList<>();
    try {
      for (Device device : devices) {
        ModelInstance loaded =
            engine.load(
                artifact.file(), device, architecture.inputHeight(), architecture.inputWidth());
        ModelInstance owner =
            means.<ModelInstance>map(it -> new DomainInstance(loaded, it)).orElse(loaded);
        for (int i = 0; i < plan.lanes(); i++) {
          ModelInstance instance = i == 0 ? owner : owner.forAnotherThread();
          instances.add(new WarmedInstance(instance, probes, plan.lane().batching()));
        }
      }
      return instances;
    } catch (RuntimeException | Error e) {
      instances.forEach(WarmedInstance::close);
      throw e;
    }
  }

  private Lane lane(ModelId id, List<WarmedInstance> instances) {
    String[] names = devices.stream().map(Device::toString).toArray(String[]::new);
    return new Lane(
        id.toString(),
        List.copyOf(instances),
        plan.lane(),
        metrics.version(id.name(), id.version(), names));
  }

  /** Waits until every worker is warm, and returns the certificate with the largest difference. */
  private static Certificate certify(
      ServedArtifact artifact, StoredVersion version, List<WarmedInstance> instances) {
    return instances.stream()
        .map(instance -> artifact.certificate(version, logits(version, join(instance.answers()))))
        .max(Comparator.comparingDouble(certificate -> certificate.served().maxDelta()))
        .orElseThrow();
  }

  /** The answers without the domain score that may follow the logits. */
  private static List<float[]> logits(StoredVersion version, List<float[]> answers) {
    int classes = version.labels().size();
    return answers.stream().map(row -> Arrays.copyOf(row, classes)).toList();
  }

  private static List<Probe> probes(
      Certificate certificate, StoredVersion version, List<RgbImage> images) {
    return IntStream.range(0, images.size())
        .mapToObj(
            i ->
                new Probe(
                    input(images.get(i)),
                    row ->
                        certificate.requireAnswerInService(
                            i, logits(version, List.of(row)).get(0))))
        .toList();
  }

  private static ModelInput input(RgbImage image) {
    return new ModelInput(InputKind.IMAGES, 1, WarmedInstance.pixels(image, 1));
  }

  private static Duration medianForward(Lane lane, RgbImage probe) {
    long[] nanos = new long[TIMED_FORWARDS];
    for (int i = 0; i < nanos.length; i++) {
      try (Reservation reservation = lane.reserve(1, Deadline.never())) {
        join(reservation.submit(input(probe)));
        nanos[i] = reservation.inferNanos();
      }
    }
    Arrays.sort(nanos);
    return Duration.ofNanos(nanos[nanos.length / 2]);
  }

  private static <T> T join(CompletableFuture<T> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
