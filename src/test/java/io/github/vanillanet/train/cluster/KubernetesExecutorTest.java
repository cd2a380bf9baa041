package io.github.vanillanet.train.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Outcomes;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The queue of jobs with a simulated cluster. */
@Timeout(60)
class KubernetesExecutorTest extends ClusterServices {

  @Test
  void aPublishedVersionIsBroughtIntoService() throws IOException {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = submit(runner);
    Job job = created(cluster);
    assertThat(job.getMetadata().getName()).isEqualTo("vanillanet-training-" + id + "-1");
    assertThat(runner.find(id).state()).isEqualTo(JobState.RUNNING);

    runner.folder(id).writeOutcome(Outcomes.published("tiny", 2));
    cluster.complete(job);

    untilState(runner, id, JobState.SUCCEEDED);
    assertThat(installation.activated).containsExactly("tiny/2");
  }

  @Test
  void aDryRunEndsWithItsPlanAndActivatesNothing() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = runner.submit(SPEC.<ObjectNode>deepCopy().put("dry_run", true), folder -> {}).id();
    Job job = created(cluster);
    assertThat(job.getSpec().getTemplate().getSpec().getContainers())
        .singleElement()
        .satisfies(it -> assertThat(it.getCommand()).contains("train", "--job"));

    runner.folder(id).results().writePlan(Map.of("objections", List.of("too few images")));
    runner.folder(id).writeOutcome(Outcome.planned(Optional.of("too few images")));
    cluster.complete(job);

    untilState(runner, id, JobState.SUCCEEDED);
    assertThat(runner.folder(id).results().readPlan().orElseThrow().path("objections")).hasSize(1);
    assertThat(runner.find(id).status().reason()).contains("too few images");
    assertThat(installation.activated).isEmpty();
  }

  @Test
  void aSuspendedJobIsQueuedAndTheSameJobRunsAfterItIsResumed() throws IOException {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(TrainingJobTest.QUEUED, cluster.port(), Duration.ZERO);
    String id = submit(runner);
    Job job = created(cluster);
    untilState(runner, id, JobState.QUEUED);
    untilReason(runner, id, "suspended");
    assertThat(runner.list()).extracting(it -> it.state()).containsExactly(JobState.QUEUED);

    cluster.suspend(job, false);
    cluster.pod(job, container(state -> state.withNewRunning().endRunning()));
    untilState(runner, id, JobState.RUNNING);
    cluster.suspend(job, true);
    untilState(runner, id, JobState.QUEUED);
    cluster.suspend(job, false);
    untilState(runner, id, JobState.RUNNING);
    runner.folder(id).writeOutcome(Outcomes.published("tiny", 2));
    cluster.complete(created(cluster));

    untilState(runner, id, JobState.SUCCEEDED);
    assertThat(runner.find(id).status().attempts()).isEqualTo(1);
  }

  @Test
  void aSuspendedJobCanBeCancelledAndARestartedServiceFindsIt() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner first = service(TrainingJobTest.QUEUED, cluster.port(), FOREVER);
    String id = submit(first);
    created(cluster);
    untilState(first, id, JobState.QUEUED);
    first.close();

    JobRunner second = service(TrainingJobTest.QUEUED, cluster.port(), FOREVER);
    untilReason(second, id, "suspended");
    assertThat(second.find(id).state()).isEqualTo(JobState.QUEUED);
    second.cancel(id);

    untilState(second, id, JobState.CANCELLED);
    assertThat(cluster.jobs()).isEmpty();
  }

  @Test
  void cancellingDeletesTheKubernetesJob() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = submit(runner);
    created(cluster);

    runner.cancel(id);

    untilState(runner, id, JobState.CANCELLED);
    assertThat(cluster.jobs()).isEmpty();
  }

  @Test
  void aRestartedServiceContinuesWithTheRunningJob() throws IOException {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner first = service(cluster.port(), FOREVER);
    String id = submit(first);
    Job job = created(cluster);

    first.close();
    JobRunner second = service(cluster.port(), FOREVER);
    untilReason(second, id, "pod"); // it has queried the cluster
    assertThat(second.find(id).state()).isEqualTo(JobState.RUNNING);
    assertThat(cluster.jobs()).hasSize(1);
    second.folder(id).writeOutcome(Outcomes.published("tiny", 2));
    cluster.complete(job);

    untilState(second, id, JobState.SUCCEEDED);
    assertThat(second.find(id).status().attempts()).isEqualTo(1);
  }

  @Test
  void aJobThatFailedWhileTheServiceWasDownIsNotRunAgain() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner first = service(cluster.port(), FOREVER);
    String id = submit(first);
    Job job = created(cluster);
    first.close();

    cluster.pod(job, exit(137, "OOMKilled", ""));
    cluster.fail(job, "BackoffLimitExceeded");
    JobRunner second = service(cluster.port(), FOREVER);

    untilState(second, id, JobState.FAILED);
    assertThat(cluster.jobs()).hasSize(1);
  }

  @Test
  void aJobThatDisappearedWhileTheServiceWasDownRunsAgain() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner first = service(cluster.port(), FOREVER);
    String id = submit(first);
    Job job = created(cluster);
    first.close();

    cluster.delete(job);
    JobRunner second = service(cluster.port(), FOREVER);

    until(() -> second.find(id).status().attempts() == 2);
    assertThat(created(cluster).getMetadata().getName()).endsWith("-2");
  }

  @Test
  void aJobDeletedByAnotherClientFails() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = submit(runner);
    Job job = created(cluster);
    untilReason(runner, id, "pod");

    cluster.delete(job);

    untilState(runner, id, JobState.FAILED);
    assertThat(runner.find(id).status().reason().orElseThrow())
        .contains("vanillanet-training-" + id + "-1", "deleted");
  }
}
