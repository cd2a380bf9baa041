package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What happens to a job, from its submission to its end. */
class JobRunnerTest extends SimulatedJobs {

  @Test
  void jobsRunOneAfterTheOther() throws Exception {
    Job first = submit();
    Job second = submit();
    Job third = submit();
    assertThat(List.of(state(first), state(second), state(third)))
        .containsExactly(JobState.RUNNING, JobState.QUEUED, JobState.QUEUED);

    executor.last().finish(Outcomes.published("tiny", 2));

    assertThat(List.of(state(first), state(second), state(third)))
        .containsExactly(JobState.SUCCEEDED, JobState.RUNNING, JobState.QUEUED);
    assertThat(installation.activated).containsExactly("tiny/2");
    assertThat(ends).containsExactly(JobState.SUCCEEDED);
  }

  @Test
  void aRejectedJobKeepsBothAccuraciesAndInstallsNothing() throws Exception {
    Job job = submit();

    executor.last().finish(Outcomes.rejected("worse"));

    Job ended = runner.find(job.id());
    assertThat(ended.state()).isEqualTo(JobState.REJECTED);
    assertThat(ended.status().reason()).contains("worse");
    assertThat(ended.outcome().orElseThrow().accuracy()).hasValue(0.5);
    assertThat(ended.outcome().orElseThrow().liveAccuracy()).hasValue(0.7);
    assertThat(installation.activated).isEmpty();
  }

  @Test
  void aCrashedJobHasAnExitCodeAndTheEndOfItsLog() throws Exception {
    Job job = submit();
    Files.writeString(executor.last().folder.log(), "loading\nno space left on device\n");

    executor.last().exit(137);

    Job ended = runner.find(job.id());
    assertThat(ended.state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().exitCode()).hasValue(137);
    assertThat(ended.status().reason().orElseThrow())
        .contains("137", "killed", "no space left on device");
  }

  @Test
  void aProcessThatCannotBeStartedFailsItsJob() {
    runner =
        service(
            new JobExecutor() {
              @Override
              public JobRun start(JobFolder folder) throws IOException {
                throw new IOException("no such program");
              }

              @Override
              public Optional<JobRun> find(JobFolder folder) {
                return Optional.empty();
              }
            });
    runner.start();

    Job job = submit();

    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.status().reason().orElseThrow()).contains("no such program");
  }

  @Test
  void aVersionThatCannotBeServedFailsItsJob() throws Exception {
    runner =
        service(
            executor,
            new FakeInstallation() {
              @Override
              public boolean activate(String model, int version, BooleanSupplier commit) {
                throw BAD_ARTIFACT.error("damaged");
              }
            });
    runner.start();
    Job job = submit();

    executor.last().finish(Outcomes.published("tiny", 2));

    Job ended = runner.find(job.id());
    assertThat(ended.state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().reason().orElseThrow()).contains("tiny/2", "damaged");
  }

  @Test
  void aQueuedJobIsCancelledAtOnce() {
    submit();
    Job waiting = submit();

    assertThat(runner.cancel(waiting.id()).state()).isEqualTo(JobState.CANCELLED);
    assertThatThrownBy(() -> runner.cancel(waiting.id())).has(code(ErrorCode.CONFLICT));
  }

  @Test
  void aCancelledProcessIsStoppedThenTerminatedThenKilled() {
    Job job = submit();
    FakeExecutor.Run run = executor.last();

    Job cancelling = runner.cancel(job.id());
    assertThat(cancelling.state()).isEqualTo(JobState.RUNNING);
    assertThat(cancelling.status().cancelRequested()).isTrue();
    assertThat(run.folder.stopRequested()).isTrue();
    assertThat(run.orders).isEmpty();
    timer.fire();
    assertThat(run.orders).containsExactly("terminate");
    timer.fire();

    assertThat(run.orders).containsExactly("terminate", "kill");
    assertThat(state(job)).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void aProcessThatStopsOnRequestIsNotKilled() {
    Job job = submit();
    runner.cancel(job.id());

    executor.last().exit(JobSession.STOPPED);
    timer.fire();
    timer.fire();

    assertThat(executor.last().orders).isEmpty();
    assertThat(state(job)).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void aResumedJobHasNoOutcome() throws Exception {
    Job job = submit();
    executor.last().finish(Outcome.failed("the data folder is gone"));
    assertThat(state(job)).isEqualTo(JobState.FAILED);

    Job resumed = runner.resume(job.id());

    assertThat(resumed.state()).isEqualTo(JobState.RUNNING);
    assertThat(resumed.outcome()).isEmpty();
    assertThat(resumed.status().attempts()).isEqualTo(2);
    assertThatThrownBy(() -> runner.resume(job.id())).has(code(ErrorCode.CONFLICT));
  }

  @Test
  void aFailureWithAKnownReasonIsNotAnInterruption() {
    Job job = submit();
    FakeExecutor next = new FakeExecutor();
    FakeExecutor.Run orphan = new FakeExecutor.Run(executor.last().folder);
    next.leftBehind.put(job.id(), orphan);
    runner = service(next);
    runner.start();

    orphan.ended.complete(RunEnd.because("evicted"));

    assertThat(state(job)).isEqualTo(JobState.FAILED);
    assertThat(runner.find(job.id()).status().reason().orElseThrow()).contains("evicted");
    assertThat(next.started).isEmpty();
  }

  @Test
  void anObstacleIsPartOfTheReasonWhileItLasts() {
    Job job = submit();
    executor.last().obstacle = Optional.of("no node has room");
    assertThat(runner.find(job.id()).status().reason()).contains("no node has room");
    assertThat(runner.list().get(0).status().reason()).contains("no node has room");
    assertThat(runner.cancel(job.id()).status().cancelRequested()).isTrue();
    assertThat(runner.find(job.id()).status().reason())
        .contains("being cancelled; no node has room");

    executor.last().obstacle = Optional.empty();

    assertThat(runner.find(job.id()).status().reason()).contains("being cancelled");
  }

  @Test
  void anUnknownOrInvalidIdIsNotFound() {
    assertThatThrownBy(() -> runner.find("20240101-000000-abcdef"))
        .has(code(ErrorCode.JOB_NOT_FOUND));
    assertThatThrownBy(() -> runner.find("../../etc")).has(code(ErrorCode.JOB_NOT_FOUND));
  }
}
