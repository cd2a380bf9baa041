package io.github.vanillanet.train.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Jobs of a service that was stopped, killed or started again. */
class JobRecoveryTest extends SimulatedJobs {

  @Test
  void afterARestartTheInterruptedJobRunsBeforeTheQueuedOnes() {
    Job first = submit();
    Job second = submit();

    FakeExecutor next = new FakeExecutor();
    runner = service(next);
    runner.start();

    assertThat(next.started).hasSize(1);
    assertThat(next.last().id()).isEqualTo(first.id());
    assertThat(runner.find(first.id()).status().attempts()).isEqualTo(2);
    assertThat(state(second)).isEqualTo(JobState.QUEUED);
  }

  @Test
  void aJobThatPublishedWhileTheServiceWasDownIsInstalledAtTheNextStart() throws Exception {
    Job job = submit();
    executor.last().folder.writeOutcome(Outcomes.published("tiny", 3));

    runner = service(new FakeExecutor());
    runner.start();

    assertThat(state(job)).isEqualTo(JobState.SUCCEEDED);
    assertThat(installation.activated).containsExactly("tiny/3");
  }

  @Test
  void aProcessThatOutlivedItsServiceIsNotStartedTwice() {
    Job job = submit();
    FakeExecutor next = new FakeExecutor();
    FakeExecutor.Run orphan = new FakeExecutor.Run(executor.last().folder);
    next.leftBehind.put(job.id(), orphan);

    runner = service(next);
    runner.start();
    assertThat(next.started).isEmpty();
    assertThat(state(job)).isEqualTo(JobState.RUNNING);

    orphan.ended.complete(RunEnd.unknown());
    assertThat(next.started).hasSize(1);
    assertThat(state(job)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aCancelledJobStaysCancelledAfterARestart() {
    Job job = submit();
    runner.cancel(job.id());

    FakeExecutor next = new FakeExecutor();
    runner = service(next);
    runner.start();

    assertThat(state(job)).isEqualTo(JobState.CANCELLED);
    assertThat(next.started).isEmpty();
  }

  @Test
  void closingStopsTheJobsAndTheNextStartContinuesThem() {
    Job job = submit();
    FakeExecutor.Run run = executor.last();

    runner.close(); // without grace: terminates and kills at once

    assertThat(run.folder.stopRequested()).isTrue();
    assertThat(run.orders).containsExactly("terminate", "kill");
    assertThat(state(job)).isEqualTo(JobState.INTERRUPTED);
    FakeExecutor next = new FakeExecutor();
    runner = service(next);
    runner.start();
    assertThat(next.last().id()).isEqualTo(job.id());
    assertThat(next.last().folder.stopRequested()).isFalse();
  }

  @Test
  void closingLeavesARunThatOutlivesTheService() throws Exception {
    Job job = submit();
    FakeExecutor.Run run = executor.last();
    run.outlivesItsService = true;

    runner.close();

    assertThat(run.folder.stopRequested()).isFalse();
    assertThat(run.orders).isEmpty();
    assertThat(state(job)).isEqualTo(JobState.RUNNING);
  }
}
