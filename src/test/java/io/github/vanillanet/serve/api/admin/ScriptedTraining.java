package io.github.vanillanet.serve.api.admin;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.registry.NarrowModels;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobRun;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.jobs.RunEnd;
import io.github.vanillanet.train.pipeline.JobSpec;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;

/**
 * In place of a training's process, in every test of the whole service: does at once what the seed
 * of the request says.
 */
@Alternative
@Priority(1)
@Singleton
public final class ScriptedTraining implements JobExecutor {

  static final long PUBLISHES = 1;
  static final long REJECTS = 2;
  static final long CRASHES = 3;
  static final long GOES_ON = 4;

  private final ServingConfig config;

  ScriptedTraining(ServingConfig config) {
    this.config = config;
  }

  @Override
  public JobRun start(JobFolder folder) throws IOException {
    JobSpec spec = JobSpec.of(folder.readSpec());
    CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    for (int step = 0; step < 3; step++) {
      folder.progress().append(progress(step));
    }
    long act = spec.recipe().seed();
    if (act == PUBLISHES) {
      int version = 2;
      while (Files.exists(config.repository().resolve(OpenedAdmin.MODEL).resolve("" + version))) {
        version++;
      }
      NarrowModels.copy(config.repository().resolve(OpenedAdmin.MODEL), version);
      folder.writeReport(Map.of("skipped", 2));
      folder.writeOutcome(
          Outcome.published(OpenedAdmin.MODEL, version, 0.9, OptionalDouble.of(0.8)));
      ended.complete(RunEnd.exit(0));
    } else if (act == REJECTS) {
      folder.writeOutcome(
          Outcome.rejected("too inaccurate", OptionalDouble.of(0.1), OptionalDouble.of(0.8)));
      ended.complete(RunEnd.exit(0));
    } else if (act == CRASHES) {
      Files.writeString(folder.log(), "out of luck\n");
      ended.complete(RunEnd.exit(134));
    }
    return new Run(ended);
  }

  @Override
  public Optional<JobRun> find(JobFolder folder) {
    return Optional.empty();
  }

  private static Progress progress(int step) {
    return new Progress(
        Instant.EPOCH,
        "train",
        0,
        1,
        step,
        3,
        OptionalDouble.of(2 - step),
        OptionalDouble.of(0.5),
        OptionalDouble.empty(),
        OptionalDouble.of(0.001),
        OptionalDouble.of(1),
        OptionalDouble.of(100),
        OptionalDouble.of(3 - step),
        Optional.empty());
  }

  private record Run(CompletableFuture<RunEnd> ended) implements JobRun {
    @Override
    public void terminate() {
      ended.complete(RunEnd.exit(143));
    }

    @Override
    public void kill() {
      terminate();
    }
  }
}
