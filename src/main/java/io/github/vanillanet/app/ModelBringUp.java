package io.github.vanillanet.app;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.config.EmbeddedChoice;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.DeviceChoice;
import io.github.vanillanet.model.engine.DeviceMemory;
import io.github.vanillanet.model.engine.InstanceLoader;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.SeededModel;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.ModelLoader;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.PrecisionChoice;
import io.github.vanillanet.serve.registry.RepositoryFaults.Fault;
import io.github.vanillanet.serve.registry.RepositoryFollower;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.Scheduler;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Prepares the device and the repository, then loads every model, one after the other. If the
 * version to serve is damaged, the next good one serves. A model without a good version is recorded
 * and skipped. It is an error if no model is left, or if the default model is not in the
 * repository. An empty repository is no error if the service does not fill it itself.
 */
@Singleton
final class ModelBringUp {

  private static final Logger LOG = Logger.getLogger(ModelBringUp.class);
  private static final int BATCH = 8;
  private static final String AUTO = "auto";

  private final ServingConfig config;
  private final Scheduler scheduler;
  private final ModelRegistry registry;
  private final ModelRepository repository;
  private final ServingMetrics metrics;
  private final Instance<ImageDecoder> decoder;
  private final Instance<RepositoryFollower> follower;
  private final CompletableFuture<ModelLoader> loader = new CompletableFuture<>();

  /**
   * @param decoder created when the models are loaded, because its settings can be invalid
   * @param follower loads models with {@link #load}
   */
  ModelBringUp(
      ServingConfig config,
      Scheduler scheduler,
      ModelRegistry registry,
      ModelRepository repository,
      ServingMetrics metrics,
      Instance<ImageDecoder> decoder,
      Instance<RepositoryFollower> follower) {
    this.config = config;
    this.scheduler = scheduler;
    this.registry = registry;
    this.repository = repository;
    this.metrics = metrics;
    this.decoder = decoder;
    this.follower = follower;
  }

  /**
   * @param closing true when the service stops: no further model is loaded
   * @return false if the repository has no model, so that the service waits for one
   * @throws ServiceException if the service cannot serve; the message is for the operator
   */
  boolean run(BooleanSupplier closing) {
    logDecoder(decoder.get());
    TorchRuntime runtime = TorchRuntime.load();
    DeviceChoice devices = runtime.choose(config.device());
    devices.fallback().ifPresent(reason -> LOG.infof("no usable CUDA device: %s", reason));
    List<Arithmetic> arithmetics =
        ArithmeticChoice.candidates(
            config.precision(),
            config.cuda(),
            devices,
            (device, precision) -> PrecisionProbe.unsupported(runtime, device, precision),
            LOG::warn);
    for (Device device : devices.devices()) {
      DeviceMemory memory = new DeviceMemory(device);
      metrics.deviceMemory(device.toString(), memory::used, memory::total);
    }
    ModelLoader.Plan plan = plan(devices.devices().get(0));
    LOG.infof(
        "libtorch %s, device %s, %s, %d lanes with %d threads each",
        runtime.version(),
        devices.names(),
        arithmetics.stream().map(Arithmetic::toString).collect(Collectors.joining(" or ")),
        plan.lanes() * devices.devices().size(),
        plan.threads());
    repository.deleteLeftovers();
    createModels(new ModelPublisher(runtime, repository, plan.threads(), LOG::debug), closing);
    loader.complete(
        new ModelLoader(
            InstanceLoader.torch(runtime, plan.threads()),
            devices.devices(),
            new PrecisionChoice(arithmetics, config.safetyNet()),
            plan,
            metrics,
            registry::faulted));
    follower.get().poll(closing);
    if (arithmetics.stream().anyMatch(it -> !it.equals(Arithmetic.PUBLISHED))) {
      IdleMemory.release(); // derived artifacts are written from weights on the heap
    }
    return closing.getAsBoolean() || hasModels();
  }

  /**
   * Loads a version onto the same devices.
   *
   * @throws ServiceException {@code NOT_READY} during the start-up
   */
  ServedModel load(StoredVersion version) {
    if (!loader.isDone()) {
      throw NOT_READY.error("the models are still loading; try again when the service is ready");
    }
    return loader.join().load(version);
  }

  private void logDecoder(ImageDecoder decoder) {
    LOG.infof("JPEG decoder: %s", decoder.jpegDecoder());
    if (config.dctScaling() && !decoder.reduces()) {
      LOG.warn("vanillanet.dct-scaling has no effect: libjpeg-turbo is not in use");
    }
  }

  private ModelLoader.Plan plan(Device device) {
    ServingConfig.Batching batching = config.batching();
    boolean auto = batching.maxBatch().equals(AUTO);
    int largest = auto ? BATCH : Integer.parseInt(batching.maxBatch());
    int lanes = LaneChoice.of(config.lanes(), device.kind(), LOG::warn);
    int share = Math.max(1, Runtime.getRuntime().availableProcessors() / lanes);
    return new ModelLoader.Plan(
        lanes,
        config.threads().orElse(share),
        new LaneSettings(
            config.queueCapacity(), new BatchPolicy(largest, batching.maxDelay()), scheduler),
        auto && device.kind() == Device.Kind.CPU,
        config.health().hangLimit());
  }

  /** Creates the seeded models, or the embedded model if it may serve and there is no other. */
  private void createModels(ModelPublisher publisher, BooleanSupplier closing) {
    List<String> names = config.seededModels().orElse(List.of());
    if (names.isEmpty() && mayCreateEmbedded() && awaitsActivation()) {
      LOG.infof("creating the embedded model %s in %s", EmbeddedModel.NAME, repository.root());
      EmbeddedModel.publish(repository);
    }
    for (String name : names) {
      VanillaNetVariant variant =
          VanillaNetVariant.named(name.strip())
              .orElseThrow(
                  () ->
                      BAD_CONFIGURATION.error(
                          "vanillanet.seeded-models: expected some of %s, found '%s'",
                          VanillaNetVariant.names(), name));
      if (!closing.getAsBoolean()) {
        createSeeded(publisher, variant);
      }
    }
  }

  private boolean mayCreateEmbedded() {
    return config.embeddedModel() == EmbeddedChoice.AUTO
        && repository.isWritable()
        && repository.halfVersion().isEmpty();
  }

  private boolean awaitsActivation() {
    return repository.names().stream().allMatch(repository::awaitsActivation);
  }

  private void createSeeded(ModelPublisher publisher, VanillaNetVariant variant) {
    String name = variant.modelName();
    try {
      if (repository.latest(name).isEmpty()) {
        LOG.infof("creating the seeded model %s in %s", name, repository.root());
        publisher.publish(SeededModel.of(variant));
      }
    } catch (ServiceException e) { // the others can be served
      modelFault(name, e.getMessage());
    }
  }

  private void modelFault(String name, String reason) {
    LOG.errorf("model %s: %s", name, reason);
    registry.repositoryFaults().found(name, repository.model(name), reason);
  }

  /** Why the service waits for a model now. Reads the repository. */
  String reasonToWait() {
    String location = config.repository().text();
    return follower
        .get()
        .problem()
        .or(() -> registry.repositoryFaults().all().stream().map(Fault::text).findFirst())
        .or(
            () ->
                repository
                    .halfVersion()
                    .map(it -> it + " has no manifest.json; add it and start the service again"))
        .map(problem -> "no model can be served from %s: %s".formatted(location, problem))
        .orElse(
            "the repository %s has no model to serve; import, push or activate one"
                .formatted(location));
  }

  private boolean hasModels() {
    if (registry.names().isEmpty() && awaitsActivation()) {
      return false;
    }
    if (registry.names().isEmpty()) {
      throw BAD_CONFIGURATION.error(
          "no model in %s can be served; see the errors above", config.repository().text());
    }
    requireConfiguredNames();
    return true;
  }

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if the default model or a group has names
   *     that the repository does not have
   */
  void requireConfiguredNames() {
    List<String> names = repository.names(); // a damaged model is known, but not served
    config.groups().forEach((group, members) -> requireGroup(group, members, names));
    config
        .defaultModel()
        .filter(name -> !names.contains(name) && !config.groups().containsKey(name))
        .ifPresent(
            name -> {
              throw BAD_CONFIGURATION.error(
                  "vanillanet.default-model: expected one of %s, found '%s'",
                  String.join(", ", names), name);
            });
  }

  private static void requireGroup(String group, List<String> members, List<String> known) {
    if (known.contains(group)) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.groups.%s: a model has this name; choose another", group);
    }
    if (members.stream().noneMatch(known::contains)) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.groups.%s: expected some of %s, found %s",
          group, String.join(", ", known), String.join(", ", members));
    }
  }
}
