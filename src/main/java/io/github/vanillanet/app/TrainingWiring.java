package io.github.vanillanet.app;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.config.KubernetesConfig;
import io.github.vanillanet.base.config.RepositoryLocation;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.config.TrainingConfig;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.api.http.Drain;
import io.github.vanillanet.serve.registry.VersionSwitch;
import io.github.vanillanet.train.api.TrainingEventsResource;
import io.github.vanillanet.train.cluster.ClaimMount;
import io.github.vanillanet.train.cluster.KubernetesExecutor;
import io.github.vanillanet.train.jobs.ChildCommand;
import io.github.vanillanet.train.jobs.Installation;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobStore;
import io.github.vanillanet.train.jobs.ProcessExecutor;
import io.github.vanillanet.train.jobs.Retention;
import io.github.vanillanet.train.jobs.Timer;
import io.github.vanillanet.train.jobs.TrainingMeters;
import io.github.vanillanet.train.pipeline.DryRuns;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.io.File;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.health.Readiness;

/** Constructs the objects that train models. */
final class TrainingWiring {

  @Singleton
  TrainingMeters meters(MeterRegistry registry) {
    return new TrainingMeters(registry);
  }

  @Singleton
  TrainingEventsResource.Stop stop(@Readiness Drain drain) {
    return drain::isRejecting;
  }

  @Singleton
  JobExecutor executor(ServingConfig config) {
    TrainingConfig training = config.training();
    return switch (training.executor()) {
      case PROCESS ->
          new ProcessExecutor(
              folder -> ChildCommand.of(training.heap(), jar(training)).line(folder));
      case KUBERNETES ->
          new KubernetesExecutor(
              training.kubernetes(),
              claims(config),
              folder -> // the Job's container runs the same image
              new ChildCommand(Optional.empty(), Path.of("java"), training.heap(), jar(training))
                      .line(folder));
    };
  }

  private static Path jar(TrainingConfig training) {
    String classPath = System.getProperty("java.class.path");
    if (training.jar().isEmpty()
        && (!classPath.endsWith(".jar") || classPath.contains(File.pathSeparator))) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.training.jar: the service does not run from a single jar; set the"
              + " path of quarkus-run.jar");
    }
    return training.jar().orElse(Path.of(classPath)).toAbsolutePath();
  }

  private static List<ClaimMount> claims(ServingConfig config) {
    TrainingConfig training = config.training();
    KubernetesConfig claims = training.kubernetes();
    Path jobs = claims.jobsMount().orElse(training.jobs()).toAbsolutePath();
    Path models = RepositoryLocation.folder(config).toAbsolutePath();
    List<ClaimMount> mounts = new ArrayList<>();
    mounts.add(new ClaimMount("jobs", "jobs-claim", claims.jobsClaim(), jobs, false));
    mounts.add(
        new ClaimMount("models", "repository-claim", claims.repositoryClaim(), models, false));
    training
        .dataRoot()
        .map(Path::toAbsolutePath)
        .ifPresent(
            root ->
                mounts.add(new ClaimMount("data", "data-claim", claims.dataClaim(), root, true)));
    return mounts;
  }

  @Singleton
  JobRunner jobs(
      ServingConfig config, JobExecutor executor, VersionSwitch versions, TrainingMeters meters) {
    TrainingConfig training = config.training();
    JobRunner jobs =
        new JobRunner(
            new JobStore(training.jobs(), Clock.systemUTC(), meters::ended),
            executor,
            installation(versions),
            new JobRunner.Limits(
                training.concurrent(),
                training.stopGrace(),
                new Retention(training.keepJobs(), training.keepJobsFor())),
            Clock.systemUTC(),
            Timer.system(),
            task -> new Thread(task, "job-end").start());
    meters.observe(jobs::list);
    return jobs;
  }

  @Singleton
  DryRuns dryRuns(JobRunner jobs) {
    return new DryRuns(jobs, Timer.system(), Clock.systemUTC());
  }

  private static Installation installation(VersionSwitch versions) {
    return new Installation() {
      @Override
      public boolean activate(String model, int version, BooleanSupplier commit) {
        return versions.activate(new ModelId(model, version), commit);
      }

      @Override
      public void delete(String model, int version) {
        versions.discard(new ModelId(model, version));
      }
    };
  }
}
