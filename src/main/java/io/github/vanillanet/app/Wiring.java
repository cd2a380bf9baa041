package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.JpegDecoder;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.serve.api.http.RejectionDelay;
import io.github.vanillanet.serve.inference.Admission;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.DefaultModel;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.scheduler.Scheduler;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Builds the plain objects of the floors below and hands them to CDI. */
final class Wiring {

  @Produces
  @Singleton
  ModelRegistry registry() {
    return new ModelRegistry();
  }

  @Produces
  @Singleton
  Scheduler turns(Ticker ticker) {
    return new Scheduler(ticker);
  }

  @Produces
  @Singleton
  DefaultModel defaultModel(
      ServingConfig config, ModelRepository repository, ModelRegistry registry) {
    return new DefaultModel(config.defaultModel(), repository, registry::versions);
  }

  @Produces
  @Singleton
  ModelSelection selection(
      ServingConfig config,
      ModelRegistry registry,
      DefaultModel defaultModel,
      ServiceLifecycle lifecycle) {
    return new ModelSelection(
        registry,
        defaultModel::name,
        () -> lifecycle.state() != ServiceLifecycle.State.READY,
        config.groups());
  }

  /** Bodies may fill an eighth of the heap: what they are decoded into takes several times that. */
  @Produces
  @Singleton
  BodyMemory bodyMemory(ServingConfig config, Ticker ticker, ServingMetrics metrics) {
    long capacity =
        config
            .bodyMemory()
            .map(MemorySize::asLongValue)
            .orElseGet(() -> Runtime.getRuntime().maxMemory() / 8);
    BodyMemory memory = new BodyMemory(capacity, ticker);
    metrics.bodyMemory(memory::held, memory::capacity);
    return memory;
  }

  @Produces
  @Singleton
  Admission admission(ModelSelection selection, BodyMemory memory) {
    return new Admission(selection, memory);
  }

  @Produces
  @Singleton
  RejectionDelay rejectionDelay(Ticker ticker) {
    return new RejectionDelay(ticker);
  }

  @Produces
  @Singleton
  ImageDecoder decoder(ServingConfig config) {
    return new ImageDecoder(
        config.maxPixels(), JpegDecoder.of(config.jpegDecoder()), config.dctScaling());
  }

  @Produces
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
