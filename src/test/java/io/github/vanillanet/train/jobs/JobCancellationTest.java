package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cancellation wins until the version of the job is active. */
class JobCancellationTest {

  @TempDir Path root;

  private final FakeExecutor executor = new FakeExecutor();
  private final FakeInstallation installation = new FakeInstallation();
  private final List<ServiceException> refusals = new ArrayList<>();
  private JobRunner runner;
  private Job job;

  @BeforeEach
  void start() {
    SteppingClock clock = new SteppingClock();
    runner =
        new JobRunner(
            new JobStore(root, clock, (state, time) -> {}),
            executor,
            installation,
            new JobRunner.Limits(1, Duration.ZERO, new Retention(1000, Duration.ofDays(1000))),
            clock,
            new ManualTimer(),
            Runnable::run);
    runner.start();
    job = runner.submit(JsonNodeFactory.instance.objectNode(), folder -> {});
  }

  private void cancel() {
    try {
      runner.cancel(job.id());
    } catch (ServiceException e) {
      refusals.add(e);
    }
  }

  private void assertCancelledWithoutVersion() {
    Job ended = runner.find(job.id());
    assertThat(ended.state()).isEqualTo(JobState.CANCELLED);
    assertThat(ended.outcome()).isEmpty();
    assertThat(installation.activated).isEmpty();
    assertThat(refusals).isEmpty();
  }

  @Test
  void aVersionThatWasPublishedAfterTheCancellationIsDeleted() throws Exception {
    cancel();

    executor.last().finish(Outcomes.published("tiny", 2));

    assertCancelledWithoutVersion();
    assertThat(installation.deleted).containsExactly("tiny/2");
  }

  @Test
  void aCancellationWhileTheVersionIsLoadedWins() throws Exception {
    installation.beforeCommit = this::cancel;

    executor.last().finish(Outcomes.published("tiny", 2));

    assertCancelledWithoutVersion();
    assertThat(installation.deleted).containsExactly("tiny/2");
  }

  @Test
  void aVersionThatIsNotToBeActivatedIsDeletedToo() throws Exception {
    cancel();

    executor.last().finish(Outcomes.notActivated("tiny", 2, "too few images"));

    assertCancelledWithoutVersion();
    assertThat(installation.deleted).containsExactly("tiny/2");
  }

  @Test
  void aCancelledCandidateIsNotRejected() throws Exception {
    cancel();

    executor.last().finish(Outcomes.rejected("worse"));

    assertCancelledWithoutVersion();
    assertThat(installation.deleted).isEmpty();
  }

  @Test
  void aCancellationAfterTheActivationIsRefused() throws Exception {
    installation.afterCommit = this::cancel;

    executor.last().finish(Outcomes.published("tiny", 2));

    assertThat(refusals)
        .singleElement()
        .satisfies(it -> assertThat(it).has(code(ErrorCode.CONFLICT)));
    assertThat(runner.find(job.id()).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(installation.activated).containsExactly("tiny/2");
    assertThatThrownBy(() -> runner.cancel(job.id())).has(code(ErrorCode.CONFLICT));
  }

  @Test
  void aPublishedVersionThatIsNotActivatedEndsWithItsReason() throws Exception {
    executor.last().finish(Outcomes.notActivated("tiny", 2, "too few images"));

    Job ended = runner.find(job.id());
    assertThat(ended.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ended.status().reason()).contains("too few images");
    assertThat(ended.outcome().orElseThrow().activated()).contains(false);
    assertThat(installation.activated).isEmpty();
    assertThat(installation.deleted).isEmpty();
  }
}
