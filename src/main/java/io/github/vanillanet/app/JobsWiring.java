package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.SwapGuard;
import io.github.vanillanet.serve.registry.VersionSwitch;
import io.github.vanillanet.train.jobs.ChildCommand;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobStore;
import io.github.vanillanet.train.jobs.ProcessExecutor;
import io.github.vanillanet.train.jobs.TrainingMeters;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Builds what trains models and what changes their versions. */
final class JobsWiring {

  @Produces
  @Singleton
  LoaderWhenReady loader() {
    return new LoaderWhenReady();
  }

  @Produces
  @Singleton
  ModelRepository repository(ServingConfig config) {
    return new ModelRepository(config.repository());
  }

  @Produces
  @Singleton
  VersionSwitch versions(
      ServingConfig config,
      ModelRepository repository,
      LoaderWhenReady loader,
      ModelRegistry registry) {
    ServingConfig.SwapGuard guard = config.swapGuard();
    SwapGuard.Limits limits = new SwapGuard.Limits(guard.answers(), guard.failures());
    return new VersionSwitch(repository, loader, registry, limits, config.keepVersions());
  }

  @Produces
  @Singleton
  TrainingMeters trainingMeters(MeterRegistry registry) {
    return new TrainingMeters(registry);
  }

  @Produces
  @Singleton
  JobExecutor executor(ServingConfig config) {
    ServingConfig.Training training = config.training();
    return switch (training.executor()) {
      case PROCESS ->
          new ProcessExecutor(
              folder ->
                  ChildCommand.of(training.heap(), ServiceJar.find(training.jar())).line(folder));
      case KUBERNETES -> TrainingCluster.executor(config);
    };
  }

  @Produces
  @Singleton
  JobRunner jobs(
      ServingConfig config, JobExecutor executor, VersionSwitch versions, TrainingMeters meters) {
    ServingConfig.Training training = config.training();
    JobRunner jobs =
        new JobRunner(
            new JobStore(training.jobs(), Clock.systemUTC(), meters::ended),
            executor,
            (model, version) -> versions.activate(new ModelId(model, version)),
            new JobRunner.Limits(training.concurrent(), training.stopGrace()),
            Clock.systemUTC(),
            JobRunner.Timer.system(),
            task -> new Thread(task, "job-end").start());
    meters.observe(jobs::list);
    return jobs;
  }
}
