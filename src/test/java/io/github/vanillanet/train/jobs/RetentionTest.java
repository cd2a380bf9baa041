package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.vanillanet.base.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {

  private static final Duration FOREVER = Duration.ofDays(1000);

  @TempDir Path root;

  private final FakeExecutor executor = new FakeExecutor();
  private final SteppingClock clock = new SteppingClock();

  private JobRunner service(Retention retention, Clock clock) {
    JobRunner runner =
        new JobRunner(
            new JobStore(root, clock, (state, time) -> {}),
            executor,
            new FakeInstallation(),
            new JobRunner.Limits(1, Duration.ZERO, retention),
            clock,
            new ManualTimer(),
            Runnable::run);
    runner.start();
    return runner;
  }

  private static Job submit(JobRunner runner) {
    return runner.submit(
        JsonNodeFactory.instance.objectNode(),
        folder -> Files.writeString(folder.resolve("data.zip"), "photos"));
  }

  private static List<String> ids(JobRunner runner) {
    return runner.list().stream().map(Job::id).toList();
  }

  @Test
  void anEndedJobIsDeletedWithItsFiles() throws Exception {
    JobRunner runner = service(new Retention(10, FOREVER), clock);
    Job job = submit(runner);
    assertThatThrownBy(() -> runner.delete(job.id())).has(code(ErrorCode.CONFLICT));
    executor.last().finish(Outcomes.rejected("worse"));

    runner.delete(job.id());

    assertThatThrownBy(() -> runner.find(job.id())).has(code(ErrorCode.JOB_NOT_FOUND));
    assertThatThrownBy(() -> runner.delete(job.id())).has(code(ErrorCode.JOB_NOT_FOUND));
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void aQueuedJobIsNotDeleted() {
    JobRunner runner = service(new Retention(10, FOREVER), clock);
    submit(runner);
    Job waiting = submit(runner);

    assertThatThrownBy(() -> runner.delete(waiting.id())).has(code(ErrorCode.CONFLICT));
    assertThat(ids(runner)).hasSize(2);
  }

  @Test
  void theJobsThatEndedLastAreKept() throws Exception {
    JobRunner runner = service(new Retention(2, FOREVER), clock);
    Job[] jobs = {submit(runner), submit(runner), submit(runner), submit(runner), submit(runner)};
    for (int i = 0; i < 3; i++) {
      executor.last().finish(Outcomes.rejected("worse"));
    }

    assertThat(ids(runner)).containsExactly(jobs[1].id(), jobs[2].id(), jobs[3].id(), jobs[4].id());
  }

  @Test
  void onlyEndedJobsGetTooOld() throws Exception {
    JobRunner runner = service(new Retention(10, FOREVER), clock);
    Job ended = submit(runner);
    executor.last().finish(Outcomes.rejected("worse"));
    Job interrupted = submit(runner);
    Job queued = submit(runner);
    runner.close();
    Instant later = clock.instant().plus(Duration.ofHours(2));

    JobRunner next =
        service(new Retention(10, Duration.ofHours(1)), Clock.fixed(later, ZoneOffset.UTC));

    assertThat(ids(next)).containsExactly(interrupted.id(), queued.id());
    assertThat(root.resolve(ended.id())).doesNotExist();
  }

  @Test
  void anInterruptedDeletionIsFinishedAtTheNextStart() throws Exception {
    Path left = Files.createDirectories(root.resolve(".deleting-20240101-000000-abcdef"));
    Files.writeString(left.resolve("data.zip"), "photos");

    service(new Retention(10, FOREVER), clock);

    assertThat(root).isEmptyDirectory();
  }
}
