package io.github.vanillanet.app;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

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
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.SeededModel;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.ModelLoader;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.Scheduler;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Loads every model of the repository, one after the other. A model that cannot be served is logged
 * and skipped. It is an error if no model is left or if the default model is missing.
 */
@Singleton
final class ModelBringUp {

  private static final Logger LOG = Logger.getLogger(ModelBringUp.class);
  private static final int CPU_BATCH = 1; // larger batches do not raise the throughput of a CPU
  private static final int CUDA_BATCH = 8;

  private final ServingConfig config;
  private final Scheduler scheduler;
  private final ModelRegistry registry;
  private final ModelRepository repository;
  private final ServingMetrics metrics;
  private final Instance<ImageDecoder> decoder;
  private final CompletableFuture<ModelLoader> loader = new CompletableFuture<>();

  /**
   * @param decoder created when the models are loaded, because its settings can be invalid
   */
  ModelBringUp(
      ServingConfig config,
      Scheduler scheduler,
      ModelRegistry registry,
      ModelRepository repository,
      ServingMetrics metrics,
      Instance<ImageDecoder> decoder) {
    this.config = config;
    this.scheduler = scheduler;
    this.registry = registry;
    this.repository = repository;
    this.metrics = metrics;
    this.decoder = decoder;
  }

  /**
   * @param closing true when the service stops: no further model is loaded
   * @throws ServiceException if the service cannot serve; the message is for the operator
   */
  void run(BooleanSupplier closing) {
    logDecoder(decoder.get());
    TorchRuntime runtime = TorchRuntime.load();
    DeviceChoice devices = runtime.choose(config.device());
    devices.fallback().ifPresent(reason -> LOG.infof("no usable CUDA device: %s", reason));
    Arithmetic arithmetic =
        ArithmeticChoice.of(
            Precision.named(config.precision()).orElseThrow(),
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
        arithmetic,
        plan.lanes() * devices.devices().size(),
        plan.threads());
    createModels(new ModelPublisher(runtime, repository, plan.threads(), LOG::debug), closing);
    ModelLoader versions =
        new ModelLoader(
            InstanceLoader.torch(runtime, plan.threads()),
            devices.devices(),
            arithmetic,
            plan,
            metrics,
            registry::faulted);
    for (ModelId id : repository.active()) {
      if (!closing.getAsBoolean()) {
        serve(versions, id);
      }
    }
    if (!closing.getAsBoolean()) {
      requireModels();
    }
    loader.complete(versions);
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
    int usualBatch =
        switch (device.kind()) {
          case CPU -> CPU_BATCH;
          case CUDA -> CUDA_BATCH;
        };
    ServingConfig.Batching batching = config.batching();
    int share = Math.max(1, Runtime.getRuntime().availableProcessors() / config.lanes());
    return new ModelLoader.Plan(
        config.lanes(),
        config.threads().orElse(share),
        new LaneSettings(
            config.queueCapacity(),
            new BatchPolicy(batching.maxBatch().orElse(usualBatch), batching.maxDelay()),
            scheduler),
        config.health().hangLimit());
  }

  /** Creates the seeded models, or the embedded model if there is no other model to serve. */
  private void createModels(ModelPublisher publisher, BooleanSupplier closing) {
    List<String> names = config.seededModels().orElse(List.of());
    if (names.isEmpty() && repository.active().isEmpty()) {
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
      if (repository.latest(variant.modelName()).isEmpty() && !closing.getAsBoolean()) {
        LOG.infof("creating the seeded model %s in %s", variant.modelName(), repository.root());
        publisher.publish(SeededModel.of(variant));
      }
    }
  }

  private void serve(ModelLoader versions, ModelId id) {
    try {
      ServedModel model = versions.load(repository.open(id));
      registry.swap(model);
      LOG.infof(
          "serving %s on %s in %s: loaded in %.2f s, batch 1 takes %.2f ms",
          id,
          model.placement().deviceNames(),
          model.placement().certificate().precision().label(),
          model.loadTime().toNanos() / 1e9,
          model.batch1Latency().toNanos() / 1e6);
      if (!model.manifest().trained()) {
        LOG.warnf("%s is not trained: its predictions are meaningless", id);
      }
    } catch (ServiceException e) {
      LOG.errorf("model %s cannot be served: %s", id, e.getMessage());
    } catch (RuntimeException e) { // a damaged version must not affect the others
      LOG.errorf("model %s cannot be served: %s", id, e);
    }
  }

  private void requireModels() {
    List<String> names = registry.names();
    if (names.isEmpty()) {
      throw BAD_CONFIGURATION.error(
          "no model in %s can be served; see the errors above", config.repository());
    }
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

  private static void requireGroup(String group, List<String> members, List<String> loaded) {
    if (loaded.contains(group)) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.groups.%s: a model has this name; choose another", group);
    }
    if (members.stream().noneMatch(loaded::contains)) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.groups.%s: expected some of %s, found %s",
          group, String.join(", ", loaded), String.join(", ", members));
    }
  }
}
