package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.JpegDecoder;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.serve.api.http.RejectionDelay;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.DefaultModel;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.SwapGuard;
import io.github.vanillanet.serve.registry.VersionSwitch;
import io.github.vanillanet.serve.scheduler.Scheduler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Constructs the objects that serve models. */
final class ServingWiring {

  /** Decoded images need several times the memory of their bodies. */
  private static final int HEAP_PER_BODY_MEMORY = 8;

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
    return new ModelRepository(config.repository());
  }

  @Singleton
  ModelRegistry registry() {
    return new ModelRegistry();
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
    BodyMemory memory = new BodyMemory(capacity, ticker);
    metrics.bodyMemory(memory::held, memory::capacity);
    return memory;
  }

  @Singleton
  RejectionDelay rejectionDelay(Ticker ticker) {
    return new RejectionDelay(ticker);
  }

  @Singleton
  ImageDecoder decoder(ServingConfig config) {
    return new ImageDecoder(
        config.maxPixels(), JpegDecoder.of(config.jpegDecoder()), config.dctScaling());
  }

  @Singleton
  ClassificationService classification(
      ServingConfig config, ModelSelection selection, ImageDecoder decoder) {
    return new ClassificationService(
        selection,
        decoder,
        config.maxTensorBody().asLongValue(),
        config.decoders().orElseGet(() -> Runtime.getRuntime().availableProcessors()));
  }
}
