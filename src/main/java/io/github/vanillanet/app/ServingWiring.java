package io.github.vanillanet.app;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.vanillanet.base.config.ConnectionsConfig;
import io.github.vanillanet.base.config.RepositoryLocation;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.bucket.Bucket;
import io.github.vanillanet.model.bucket.BucketCopy;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.serve.api.connections.Connections;
import io.github.vanillanet.serve.api.http.RejectionDelay;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.DefaultModel;
import io.github.vanillanet.serve.registry.KnownVersions;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.RepositoryFollower;
import io.github.vanillanet.serve.registry.SwapGuard;
import io.github.vanillanet.serve.registry.VersionSwitch;
import io.github.vanillanet.serve.scheduler.Scheduler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Constructs the objects that serve models. */
final class ServingWiring {

  /** Decoded images need several times the memory of their bodies. */
  private static final int HEAP_PER_BODY_MEMORY = 8;

  private static final int HEAP_PER_ANSWER_MEMORY = 16;

  @Singleton
  Ticker ticker() {
    return Ticker.system();
  }

  @Singleton
  ServingMetrics metrics(MeterRegistry registry, PrometheusMeterRegistry prometheus) {
    ServingMetrics metrics = new ServingMetrics(registry);
    String host = Optional.ofNullable(System.getenv("HOSTNAME")).orElse("localhost");
    metrics.compatibilityNames(host).register(prometheus.getPrometheusRegistry());
    return metrics;
  }

  @Singleton
  ModelRepository repository(ServingConfig config) {
    RepositoryLocation location = config.repository();
    return ModelRepository.of(
        RepositoryLocation.folder(config),
        Optional.of(location).filter(RepositoryLocation::isBucket).map(RepositoryLocation::text));
  }

  @Singleton
  ModelRegistry registry(ServingMetrics metrics) {
    ModelRegistry registry = new ModelRegistry();
    metrics.repositoryFaults(() -> registry.repositoryFaults().all().size());
    return registry;
  }

  @Singleton
  Scheduler scheduler(Ticker ticker) {
    return new Scheduler(ticker);
  }

  @Singleton
  VersionSwitch versions(
      ServingConfig config,
      ModelRepository repository,
      ModelBringUp loader,
      ModelRegistry registry) {
    ServingConfig.SwapGuard guard = config.swapGuard();
    SwapGuard.Limits limits = new SwapGuard.Limits(guard.answers(), guard.failures());
    return new VersionSwitch(repository, loader::load, registry, limits, config.keepVersions());
  }

  @Singleton
  KnownVersions knownVersions(ModelRepository repository, ModelRegistry registry) {
    return new KnownVersions(repository, registry);
  }

  @Singleton
  RepositoryFollower follower(
      ServingConfig config,
      ModelRepository repository,
      VersionSwitch versions,
      ModelRegistry registry,
      Ticker ticker,
      ServingMetrics metrics) {
    Supplier<Map<String, String>> refresh = Map::of;
    if (config.repository().isBucket()) {
      Bucket bucket = Bucket.open(config.repository(), config.s3());
      refresh = new BucketCopy(bucket, repository, ticker)::refresh;
    }
    RepositoryFollower follower =
        new RepositoryFollower(repository, refresh, versions, registry, ticker);
    metrics.repositoryPolls(follower::drifting, () -> follower.age().toNanos() / 1e9);
    return follower;
  }

  @Singleton
  DefaultModel defaultModel(
      ServingConfig config, ModelRepository repository, ModelRegistry registry) {
    return new DefaultModel(config.defaultModel(), repository, registry::versions);
  }

  @Singleton
  ModelSelection selection(
      ServingConfig config,
      ModelRegistry registry,
      DefaultModel defaultModel,
      ServiceLifecycle lifecycle) {
    ModelSelection selection =
        new ModelSelection(
            registry,
            config.defaultModel(),
            () -> lifecycle.state() != ServiceLifecycle.State.READY,
            config.groups());
    defaultModel.onChange(selection::useDefault);
    return selection;
  }

  @Singleton
  BodyMemory bodyMemory(ServingConfig config, Ticker ticker, ServingMetrics metrics) {
    long capacity =
        config
            .bodyMemory()
            .map(MemorySize::asLongValue)
            .orElseGet(() -> Runtime.getRuntime().maxMemory() / HEAP_PER_BODY_MEMORY);
    BodyMemory memory = new BodyMemory(capacity, ticker, metrics);
    metrics.bodyMemory(memory::held, memory::capacity);
    return memory;
  }

  @Singleton
  Connections connections(ServingConfig config, ServingMetrics metrics) {
    ConnectionsConfig limits = config.connections();
    long files = Long.MAX_VALUE;
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      files = unix.getMaxFileDescriptorCount();
    }
    long answerMemory =
        limits
            .answerMemory()
            .map(MemorySize::asLongValue)
            .orElseGet(() -> Runtime.getRuntime().maxMemory() / HEAP_PER_ANSWER_MEMORY);
    int max = (int) Math.min(limits.max(), files / 4 * 3);
    return new Connections(limits, max, answerMemory, metrics);
  }

  @Singleton
  RejectionDelay rejectionDelay(Ticker ticker) {
    return new RejectionDelay(ticker);
  }

  @Singleton
  ImageDecoder decoder(ServingConfig config) {
    return ImageDecoder.of(config);
  }

  @Singleton
  ClassificationService classification(
      ServingConfig config,
      ModelSelection selection,
      ImageDecoder decoder,
      ServingMetrics metrics) {
    ClassificationService service =
        new ClassificationService(
            selection,
            decoder,
            config.maxTensorBody().asLongValue(),
            config.decoders().orElseGet(() -> Runtime.getRuntime().availableProcessors()));
    service.measure(metrics);
    return service;
  }
}
