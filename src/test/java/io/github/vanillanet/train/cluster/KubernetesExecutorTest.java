package io.github.vanillanet.train.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.github.vanillanet.train.jobs.FakeInstallation;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.JobStore;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Outcomes;
import io.github.vanillanet.train.jobs.Retention;
import io.github.vanillanet.train.jobs.Timer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The queue of jobs with a simulated cluster. */
@Timeout(60)
class KubernetesExecutorTest {

  private static final JsonNode SPEC = JsonNodeFactory.instance.objectNode().put("name", "tiny");
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration FOREVER = Duration.ofDays(1);

  @TempDir Path root;

  private final FakeInstallation installation = new FakeInstallation();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private MockCluster cluster(MockCluster cluster) {
    open.push(cluster);
    return cluster;
  }

  private JobRunner service(int port, Duration stuck) {
    return service(TrainingJobTest.SETTINGS, port, stuck);
  }

  private JobRunner service(KubernetesSettings settings, int port, Duration stuck) {
    JobExecutor executor =
        new KubernetesExecutor(
            settings,
            TrainingJobTest.CLAIMS,
            folder -> List.of("java", "train", "--job", folder.toString()),
            new ClusterRun.Timeouts(POLL, stuck, Duration.ZERO),
            () -> new Cluster(MockCluster.client(port), MockCluster.NAMESPACE));
    JobRunner runner =
        new JobRunner(
            new JobStore(root, Clock.systemUTC(), (state, time) -> {}),
            executor,
            installation,
            new JobRunner.Limits(1, Duration.ofMillis(50), new Retention(1000, FOREVER)),
            Clock.systemUTC(),
            Timer.system(),
            Runnable::run);
    runner.check();
    runner.start();
    open.push(runner);
    return runner;
  }

  private static String submit(JobRunner runner) {
    return runner.submit(SPEC, folder -> {}).id();
  }

  private static Job created(MockCluster cluster) {
    until(() -> !cluster.jobs().isEmpty());
    assertThat(cluster.jobs()).hasSize(1);
    return cluster.jobs().get(0);
  }

  private static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) { // until the timeout of the test
      LockSupport.parkNanos(POLL.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("the condition was not met in time");
      }
    }
  }

  private static void untilReason(JobRunner runner, String id, String... words) {
    until(
        () -> {
          String reason = runner.find(id).status().reason().orElse("");
          return List.of(words).stream().allMatch(reason::contains);
        });
  }

  private static void untilState(JobRunner runner, String id, JobState state) {
    until(() -> runner.find(id).state() == state);
  }

  private static PodStatus container(Consumer<ContainerStateBuilder> with) {
    ContainerStateBuilder state = new ContainerStateBuilder();
    with.accept(state);
    return new PodStatusBuilder()
        .addNewContainerStatus()
        .withName("training")
        .withState(state.build())
        .endContainerStatus()
        .build();
  }

  private static PodStatus exit(int code, String reason, String message) {
    return container(
        state ->
            state
                .withNewTerminated()
                .withExitCode(code)
                .withReason(reason)
                .withMessage(message)
                .endTerminated());
  }

  private static PodStatus waiting(String reason, String message) {
    return container(
        state -> state.withNewWaiting().withReason(reason).withMessage(message).endWaiting());
  }

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
    PodStatus status = waiting("ImagePullBackOff", "pull access denied for nobody/nothing");
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
