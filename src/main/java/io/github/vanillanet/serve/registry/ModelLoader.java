package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.certify.SafetyNet;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.InstanceLoader;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.WarmedInstance.WarmUp;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import io.github.vanillanet.serve.scheduler.Lane;
import io.github.vanillanet.serve.scheduler.LaneFault;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.ModelInput;
import io.github.vanillanet.serve.scheduler.Probe;
import io.github.vanillanet.serve.scheduler.Recomputation;
import io.github.vanillanet.serve.scheduler.Reservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

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
   * @param measuresBatches whether the batches of {@code lane} are used only by versions in which
   *     they save time on this machine
   * @param hangLimit as in {@link Lane#watch}
   */
  public record Plan(
      int lanes, int threads, LaneSettings lane, boolean measuresBatches, Duration hangLimit) {}

  private static final int TIMED_FORWARDS = 5;
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

  private final InstanceLoader engine;
  private final List<Device> devices;
  private final PrecisionChoice precisions;
  private final Plan plan;
  private final ServingMetrics metrics;
  private final BiConsumer<ModelId, Optional<LaneFault>> onFault;

  /**
   * @param devices that serve each model; a free one takes the next request
   * @param precisions if the chosen one is not the published one, an artifact is derived at each
   *     load
   * @param onFault receives the faults of each version as in {@link Lane#watch}
   */
  public ModelLoader(
      InstanceLoader engine,
      List<Device> devices,
      PrecisionChoice precisions,
      Plan plan,
      ServingMetrics metrics,
      BiConsumer<ModelId, Optional<LaneFault>> onFault) {
    this.engine = engine;
    this.devices = List.copyOf(devices);
    this.precisions = precisions;
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
        PrecisionChoice.only(arithmetic),
        new Plan(1, threads, LaneSettings.single(capacity), false, Duration.ofMinutes(1)),
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
    Arithmetic arithmetic = precisions.of(version, probes, engine, devices.get(0));
    try (ServedArtifact artifact = ServedArtifact.of(version, devices, arithmetic)) {
      Optional<SafetyNet> net =
          precisions.recomputes()
              ? version.safetyNet(arithmetic.precision()).filter(it -> it.threshold() > 0)
              : Optional.empty();
      List<WarmedInstance> instances =
          new Workers(engine, devices, plan).load(artifact, version, probes, net.isPresent());
      Lane lane = lane(version.id(), instances);
      try {
        List<WarmUp> warm = instances.stream().map(it -> Joined.result(it.warmUp())).toList();
        Certificate certificate = certify(artifact, version, warm);
        // The timed forwards share places with other lanes, so a hang must be found already.
        lane.watch(
            monitored(certificate, version, probes, net.isPresent()),
            PROBE_INTERVAL,
            plan.hangLimit(),
            fault -> onFault.accept(version.id(), fault));
        Duration latency = medianForward(lane, probes.get(0));
        Optional<AnswerCertificate> answers = PrecisionChoice.answers(version, arithmetic);
        Batching batching = batching(warm);
        Optional<Recomputation> recomputation =
            net.map(it -> recomputation(it, version, answers.orElseThrow(), warm));
        lane.open(new Lane.Opening(latency, batching.policy(), recomputation));
        Placement placement =
            new Placement(devices, certificate, answers, net.isPresent(), batching);
        Duration loadTime = Duration.ofNanos(System.nanoTime() - started);
        return new ServedModel(version, placement, lane, loadTime, latency);
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

  private Lane lane(ModelId id, List<WarmedInstance> instances) {
    String[] names = devices.stream().map(Device::toString).toArray(String[]::new);
    return new Lane(
        id.toString(),
        List.copyOf(instances),
        plan.lane(),
        metrics.version(id.name(), id.version(), names));
  }

  /** The certificate with the largest difference. Checks the float32 answers, too. */
  private static Certificate certify(
      ServedArtifact artifact, StoredVersion version, List<WarmUp> workers) {
    Certificate published = version.manifest().certificate();
    for (WarmUp worker : workers) {
      List<float[]> exact = worker.exact().map(WarmUp.Exact::answers).orElse(List.of());
      for (int i = 0; i < exact.size(); i++) {
        published.requireAnswer(i, logits(version, exact.get(i)));
      }
    }
    return workers.stream()
        .map(
            worker ->
                artifact.certificate(
                    version, worker.answers().stream().map(row -> logits(version, row)).toList()))
        .max(Comparator.comparingDouble(certificate -> certificate.served().maxDelta()))
        .orElseThrow();
  }

  /** An answer without the domain score that may follow the logits. */
  private static float[] logits(StoredVersion version, float[] row) {
    return Arrays.copyOf(row, version.labels().size());
  }

  /** Batches, if they save time in every worker. */
  private Batching batching(List<WarmUp> workers) {
    BatchPolicy largest = plan.lane().batching();
    return workers.stream()
        .flatMap(worker -> worker.batches().stream())
        .map(times -> Batching.measured(largest, times))
        .min(Comparator.comparingInt(measured -> measured.policy().maxImages()))
        .orElseGet(() -> new Batching(largest, Optional.empty()));
  }

  private static Recomputation recomputation(
      SafetyNet net, StoredVersion version, AnswerCertificate answers, List<WarmUp> workers) {
    Duration slowest =
        workers.stream()
            .flatMap(worker -> worker.exact().stream())
            .map(WarmUp.Exact::oneImage)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return new Recomputation(net, version.labels().size(), answers.recomputedShare(), slowest);
  }

  private static List<Probe> monitored(
      Certificate certificate, StoredVersion version, List<RgbImage> images, boolean exact) {
    List<Probe> probes = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      probes.add(probe(images.get(i), false, certificate, i, version));
      if (exact) {
        probes.add(probe(images.get(i), true, version.manifest().certificate(), i, version));
      }
    }
    return probes;
  }

  private static Probe probe(
      RgbImage image, boolean exact, Certificate expected, int index, StoredVersion version) {
    return new Probe(
        input(image), exact, row -> expected.requireAnswerInService(index, logits(version, row)));
  }

  private static ModelInput input(RgbImage image) {
    return new ModelInput(InputKind.IMAGES, 1, WarmedInstance.pixels(image, 1));
  }

  private static Duration medianForward(Lane lane, RgbImage probe) {
    long[] nanos = new long[TIMED_FORWARDS];
    for (int i = 0; i < nanos.length; i++) {
      try (Reservation reservation = lane.reserve(1, Deadline.never())) {
        Joined.result(reservation.submit(input(probe)));
        nanos[i] = reservation.inferNanos();
      }
    }
    Arrays.sort(nanos);
    return Duration.ofNanos(nanos[nanos.length / 2]);
  }
}
