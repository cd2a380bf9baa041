package io.github.vanillanet.train.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.github.vanillanet.train.jobs.FakeInstallation;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.JobStore;
import io.github.vanillanet.train.jobs.Retention;
import io.github.vanillanet.train.jobs.Timer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Services whose trainings run in a simulated cluster. */
abstract class ClusterServices {

  static final JsonNode SPEC = JsonNodeFactory.instance.objectNode().put("name", "tiny");
  static final Duration POLL = Duration.ofMillis(5);
  static final Duration FOREVER = Duration.ofDays(1);

  @TempDir Path root;
  final FakeInstallation installation = new FakeInstallation();
  final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  MockCluster cluster(MockCluster cluster) {
    open.push(cluster);
    return cluster;
  }

  JobRunner service(int port, Duration stuck) {
    return service(TrainingJobTest.SETTINGS, port, stuck);
  }

  JobRunner service(KubernetesSettings settings, int port, Duration stuck) {
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

  static String submit(JobRunner runner) {
    return runner.submit(SPEC, folder -> {}).id();
  }

  static Job created(MockCluster cluster) {
    until(() -> !cluster.jobs().isEmpty());
    assertThat(cluster.jobs()).hasSize(1);
    return cluster.jobs().get(0);
  }

  static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) { // until the timeout of the test
      LockSupport.parkNanos(POLL.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("the condition was not met in time");
      }
    }
  }

  static void untilReason(JobRunner runner, String id, String... words) {
    until(
        () -> {
          String reason = runner.find(id).status().reason().orElse("");
          return List.of(words).stream().allMatch(reason::contains);
        });
  }

  static void untilState(JobRunner runner, String id, JobState state) {
    until(() -> runner.find(id).state() == state);
  }

  static PodStatus container(Consumer<ContainerStateBuilder> with) {
    ContainerStateBuilder state = new ContainerStateBuilder();
    with.accept(state);
    return new PodStatusBuilder()
        .addNewContainerStatus()
        .withName("training")
        .withState(state.build())
        .endContainerStatus()
        .build();
  }

  static PodStatus exit(int code, String reason, String message) {
    return container(
        state ->
            state
                .withNewTerminated()
                .withExitCode(code)
                .withReason(reason)
                .withMessage(message)
                .endTerminated());
  }
}
