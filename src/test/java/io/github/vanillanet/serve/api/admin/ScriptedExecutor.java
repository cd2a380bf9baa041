package io.github.vanillanet.serve.api.admin;

import io.github.vanillanet.base.config.RepositoryLocation;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.registry.NarrowModels;
import io.github.vanillanet.train.dataset.ImageSizes;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobRun;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Outcomes;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.jobs.RunEnd;
import io.github.vanillanet.train.look.Machine;
import io.github.vanillanet.train.look.Plan;
import io.github.vanillanet.train.pipeline.JobSpec;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * Replaces the training process in all tests that start the service. The seed of the request
 * selects the outcome.
 */
@Alternative
@Priority(1)
@Singleton
public final class ScriptedExecutor implements JobExecutor {

  static final long PUBLISHES = 1;
  static final long REJECTS = 2;
  static final long CRASHES = 3;
  static final long RUNS_UNTIL_STOPPED = 4;

  /** The thumbnail with number 1. */
  static final byte[] THUMBNAIL = {-1, -40, -1, -39};

  static final String METRICS = "epoch,loss\n0,2.5\n";

  private final ServingConfig config;

  ScriptedExecutor(ServingConfig config) {
    this.config = config;
  }

  @Override
  public JobRun start(JobFolder folder) throws IOException {
    JobSpec spec = JobSpec.of(folder.readSpec());
    CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    for (int step = 0; step < 3; step++) {
      folder.progress().append(progress(step));
    }
    long script = spec.recipe().seed();
    if (spec.dryRun()) {
      folder.results().writePlan(plan(spec, script));
      folder.writeOutcome(Outcome.planned(Optional.empty()));
      ended.complete(RunEnd.exit(0));
    } else if (script == PUBLISHES) {
      int version = 2;
      while (Files.exists(
          RepositoryLocation.folder(config).resolve(AdminProfile.MODEL).resolve("" + version))) {
        version++;
      }
      NarrowModels.copy(RepositoryLocation.folder(config).resolve(AdminProfile.MODEL), version);
      folder.results().writeReport(Map.of("skipped", 2));
      folder.results().writeMetrics(METRICS);
      folder.results().writeThumbnails(List.of(new byte[] {0}, THUMBNAIL));
      folder.writeOutcome(Outcomes.published(AdminProfile.MODEL, version));
      ended.complete(RunEnd.exit(0));
    } else if (script == REJECTS) {
      folder.writeOutcome(Outcomes.rejected("too inaccurate"));
      ended.complete(RunEnd.exit(0));
    } else if (script == CRASHES) {
      Files.writeString(folder.log(), "the disk is full\n");
      ended.complete(RunEnd.exit(134));
    }
    return new Run(ended);
  }

  /** A data set without images; the script {@link #CRASHES} has a fatal finding. */
  private static Plan plan(JobSpec spec, long script) {
    ImageSizes.Range none = new ImageSizes.Range(0, 0, 0);
    boolean fatal = script == CRASHES;
    return new Plan(
        List.of(new Plan.ClassPlan("rose", 0, 0, 0, List.of())),
        List.of(new Plan.SplitPlan("training", 0, "train")),
        List.of(new Plan.FindingView("too_few_classes", fatal, 1, List.of("only rose"))),
        List.of(),
        new ImageSizes(none, none),
        spec.recipe(),
        Map.of(),
        new Machine("cpu", 1, 1L << 30),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        fatal || script == RUNS_UNTIL_STOPPED ? List.of("an objection") : List.of());
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
        OptionalInt.of(0),
        OptionalInt.of(64),
        OptionalDouble.of(2 - step),
        OptionalDouble.of(0.5),
        OptionalDouble.empty(),
        OptionalDouble.of(0.001),
        OptionalDouble.of(1),
        OptionalDouble.of(100),
        OptionalDouble.of(3 - step));
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
