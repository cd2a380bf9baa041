package io.github.vanillanet.train.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.Outcome;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a failure in the cluster means for a job, and the reason that the job shows. */
@Timeout(60)
class ClusterFailuresTest extends ClusterServices {

  private static PodStatus waiting(String reason, String message) {
    return container(
        state -> state.withNewWaiting().withReason(reason).withMessage(message).endWaiting());
  }

  @Test
  void aContainerOverItsMemoryLimitFailsTheJobAndTheJobCanBeResumed() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = submit(runner);
    Job job = created(cluster);

    cluster.pod(job, exit(137, "OOMKilled", "epoch 3\nepoch 4\n"));
    cluster.fail(job, "BackoffLimitExceeded");

    untilState(runner, id, JobState.FAILED);
    assertThat(runner.find(id).status().exitCode()).hasValue(137);
    assertThat(runner.find(id).status().reason().orElseThrow())
        .contains("OOMKilled", "resources", "epoch 4");
    runner.resume(id);
    until(() -> cluster.jobs().size() == 2);
    assertThat(cluster.jobs())
        .extracting(it -> it.getMetadata().getName())
        .contains("vanillanet-training-" + id + "-2");
  }

  @Test
  void theReasonOfACrashContainsTheExitCodeAndTheEndOfTheLog() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = submit(runner);
    Job job = created(cluster);

    cluster.pod(job, exit(134, "Error", "no space left on device"));
    cluster.fail(job, "BackoffLimitExceeded");

    untilState(runner, id, JobState.FAILED);
    assertThat(runner.find(id).status().reason().orElseThrow())
        .contains("134", "native code", "no space left on device");
  }

  @Test
  void theReasonOfAnEvictionIsTheEviction() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = submit(runner);
    Job job = created(cluster);

    cluster.pod(
        job,
        new PodStatusBuilder()
            .withPhase("Failed")
            .withReason("Evicted")
            .withMessage("The node was low on resource: ephemeral-storage.")
            .build());
    cluster.fail(job, "BackoffLimitExceeded");

    untilState(runner, id, JobState.FAILED);
    assertThat(runner.find(id).status().reason().orElseThrow())
        .contains("Evicted", "ephemeral-storage");
  }

  @Test
  void theReasonAfterTheDeadlineIsTheDeadline() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = submit(runner);

    cluster.fail(created(cluster), "DeadlineExceeded");

    untilState(runner, id, JobState.FAILED);
    assertThat(runner.find(id).status().reason().orElseThrow()).contains("kubernetes.deadline");
  }

  @Test
  void aPodWithoutANodeWaitsAndReportsIt() {
    MockCluster cluster = cluster(MockCluster.start());
    JobRunner runner = service(cluster.port(), Duration.ZERO);
    String id = submit(runner);

    cluster.pod(
        created(cluster),
        new PodStatusBuilder()
            .withPhase("Pending")
            .addNewCondition()
            .withType("PodScheduled")
            .withStatus("False")
            .withReason("Unschedulable")
            .withMessage("0/3 nodes are available: 3 Insufficient nvidia.com/gpu.")
            .endCondition()
            .build());

    untilReason(runner, id, "scheduled", "Insufficient nvidia.com/gpu");
    assertThat(runner.find(id).state()).isEqualTo(JobState.RUNNING);
    cluster.pod(created(cluster), container(state -> state.withNewRunning().endRunning()));
    until(() -> runner.find(id).status().reason().isEmpty());
  }

  @Test
  void anImageThatCannotBePulledFailsTheJobAfterTheTimeout() {
    MockCluster cluster = cluster(MockCluster.start());
    PodStatus status = waiting("ImagePullBackOff", "pull access denied for team/model");
    JobRunner patient = service(cluster.port(), FOREVER);
    String id = submit(patient);
    cluster.pod(created(cluster), status);
    untilReason(patient, id, "ImagePullBackOff", "pull access denied");
    assertThat(patient.find(id).state()).isEqualTo(JobState.RUNNING);
    patient.close();

    JobRunner impatient = service(cluster.port(), Duration.ZERO);

    untilState(impatient, id, JobState.FAILED);
    assertThat(impatient.find(id).status().reason().orElseThrow()).contains("pull access denied");
    assertThat(cluster.jobs()).isEmpty();
  }

  @Test
  void aMissingPermissionToCreateFailsTheJob() {
    MockCluster cluster = cluster(MockCluster.scripted());
    String said = "jobs.batch is forbidden: User \"x\" cannot create resource \"jobs\"";
    cluster
        .server()
        .expect()
        .post()
        .withPath("/apis/batch/v1/namespaces/vision/jobs")
        .andReturn(
            403,
            new StatusBuilder().withCode(403).withReason("Forbidden").withMessage(said).build())
        .always();
    JobRunner runner = service(cluster.port(), FOREVER);

    String id = submit(runner);

    untilState(runner, id, JobState.FAILED);
    assertThat(runner.find(id).status().reason().orElseThrow())
        .contains("permission to create jobs.batch in namespace vision", said);
  }

  @Test
  void aMissingPermissionToReadFailsTheJobAfterTheTimeout() {
    String permission = "permission to get jobs.batch in namespace vision";
    JobRunner patient = service(blind().port(), FOREVER);
    String id = submit(patient);
    untilReason(patient, id, permission);
    assertThat(patient.find(id).state()).isEqualTo(JobState.RUNNING);
    patient.cancel(id);
    patient.close();

    JobRunner impatient = service(blind().port(), Duration.ZERO);
    String other = submit(impatient);

    untilState(impatient, other, JobState.FAILED);
    assertThat(impatient.find(other).status().reason().orElseThrow()).contains(permission);
  }

  @Test
  void anExpiredTokenIsNamedAndTheRequestIsRepeated() {
    MockCluster cluster = cluster(MockCluster.scripted());
    cluster
        .server()
        .expect()
        .post()
        .withPath("/apis/batch/v1/namespaces/vision/jobs")
        .andReturn(401, new StatusBuilder().withCode(401).withMessage("expired").build())
        .always();
    JobRunner runner = service(cluster.port(), FOREVER);

    String id = submit(runner);

    untilReason(runner, id, "401", "expired");
    assertThat(runner.find(id).state()).isEqualTo(JobState.RUNNING);
  }

  /** A cluster where Jobs can be created but not read. */
  private MockCluster blind() {
    MockCluster cluster = cluster(MockCluster.scripted());
    String jobs = "/apis/batch/v1/namespaces/vision/jobs";
    Status forbidden =
        new StatusBuilder().withCode(403).withReason("Forbidden").withMessage("no").build();
    cluster
        .server()
        .expect()
        .post()
        .withPath(jobs)
        .andReply(
            201,
            request -> {
              Job made = Serialization.unmarshal(request.getBody().inputStream(), Job.class);
              String path = jobs + '/' + made.getMetadata().getName();
              cluster.server().expect().get().withPath(path).andReturn(403, forbidden).always();
              return made;
            })
        .always();
    return cluster;
  }

  @Test
  void requestsAreRepeatedUntilTheApiServerIsBack() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    JobRunner runner = service(port, FOREVER);
    String id = submit(runner);
    untilReason(runner, id, "localhost:" + port, "does not answer");
    assertThat(runner.find(id).state()).isEqualTo(JobState.RUNNING);

    try (MockCluster back = MockCluster.start(port)) {
      Job job = created(back);
      runner.folder(id).writeOutcome(Outcome.failed("the data folder is gone"));
      back.complete(job);
      untilState(runner, id, JobState.FAILED);
    }
  }

  @Test
  void aJobKeepsRunningWhileTheApiServerIsDown() throws Exception {
    MockCluster cluster = MockCluster.start();
    JobRunner runner = service(cluster.port(), FOREVER);
    String id = submit(runner);
    created(cluster);
    untilReason(runner, id, "pod");

    cluster.close();

    untilReason(runner, id, "does not answer");
    assertThat(runner.find(id).state()).isEqualTo(JobState.RUNNING);
  }
}
