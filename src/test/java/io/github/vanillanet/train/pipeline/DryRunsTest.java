package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.train.jobs.FakeInstallation;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobRun;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobStore;
import io.github.vanillanet.train.jobs.Retention;
import io.github.vanillanet.train.jobs.RunEnd;
import io.github.vanillanet.train.jobs.Timer;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DryRunsTest {

  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path root;

  private Instant now = Instant.parse("2024-01-01T00:00:00Z");
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
  private final CompletableFuture<RunEnd> end = new CompletableFuture<>();
  private final List<Runnable> due = new ArrayList<>();
  private final Timer timer = (delay, action) -> due.add(action);
  private JobRunner runner;
  private DryRuns dryRuns;

  @BeforeEach
  void start() {
    JobExecutor executor =
        new JobExecutor() {
          @Override
          public JobRun start(JobFolder folder) {
            return new Run(end);
          }

          @Override
          public Optional<JobRun> find(JobFolder folder) {
            return Optional.empty();
          }
        };
    runner =
        new JobRunner(
            new JobStore(root, clock, (state, time) -> {}),
            executor,
            new FakeInstallation(),
            new JobRunner.Limits(1, Duration.ZERO, new Retention(10, HOUR.multipliedBy(100))),
            clock,
            timer,
            Runnable::run);
    runner.start();
    dryRuns = new DryRuns(runner, timer, clock);
  }

  private record Run(CompletableFuture<RunEnd> ended) implements JobRun {
    @Override
    public void terminate() {}

    @Override
    public void kill() {}
  }

  @Test
  void anUploadIsDeletedAnHourAfterTheEnd() throws IOException {
    Job job = submit();
    dryRuns.watch(job);

    now = now.plus(HOUR);
    fire();
    assertThat(upload(job)).as("of a running job").exists();
    end.complete(RunEnd.exit(1));
    now = now.plus(HOUR).minusSeconds(1);
    fire();
    assertThat(upload(job)).exists();
    now = now.plusSeconds(2);
    fire();

    assertThat(upload(job)).doesNotExist();
    assertThat(upload(job).resolveSibling("data")).doesNotExist();
    assertThat(runner.find(job.id())).isNotNull();
    assertThatThrownBy(() -> dryRuns.move(job.id(), root)).has(code(ErrorCode.CONFLICT));
  }

  @Test
  void uploadsOfAnEarlierServiceProcessAreWatched() throws IOException {
    Job job = submit();
    end.complete(RunEnd.exit(1));
    due.clear();

    new DryRuns(runner, timer, clock).start();
    assertThat(upload(job)).exists();
    now = now.plus(HOUR).plusSeconds(1);
    fire();

    assertThat(upload(job)).doesNotExist();
  }

  @Test
  void anUploadMovesOnce() throws IOException {
    Job job = submit();
    Path target = Files.createDirectory(root.resolve("training"));

    dryRuns.move(job.id(), target);

    assertThat(target.resolve("data.zip")).hasContent("zip");
    assertThat(target.resolve("data/1.png")).exists();
    assertThatThrownBy(() -> dryRuns.move(job.id(), target)).has(code(ErrorCode.CONFLICT));
  }

  private Job submit() {
    JsonNode request = Recipes.json("name: 'tiny', variant: 'vanillanet_5'");
    JobSpec spec =
        new JobSpec(
            Recipe.of(request),
            Optional.empty(),
            Optional.of(JobSpec.ARCHIVE),
            1,
            1,
            Optional.empty(),
            "/models",
            "cpu",
            Optional.empty(),
            1,
            true);
    return runner.submit(
        spec.toJson(request),
        folder -> {
          Files.writeString(folder.resolve("data.zip"), "zip");
          Files.createDirectory(folder.resolve("data"));
          Files.writeString(folder.resolve("data/1.png"), "image");
        });
  }

  private Path upload(Job job) {
    return root.resolve(job.id()).resolve("data.zip");
  }

  private void fire() {
    List<Runnable> actions = List.copyOf(due);
    due.clear();
    actions.forEach(Runnable::run);
  }
}
