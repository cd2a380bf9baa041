package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The queue of jobs with simulated processes and time. */
abstract class SimulatedJobs {

  static final JsonNode SPEC = JsonNodeFactory.instance.objectNode().put("name", "tiny");

  @TempDir Path root;
  final SteppingClock clock = new SteppingClock();
  final FakeExecutor executor = new FakeExecutor();
  final ManualTimer timer = new ManualTimer();
  final FakeInstallation installation = new FakeInstallation();
  final List<JobState> ends = new ArrayList<>();
  Retention retention = new Retention(1000, Duration.ofDays(1000));
  JobRunner runner;

  @BeforeEach
  void start() {
    runner = service(executor);
    runner.start();
  }

  JobRunner service(JobExecutor executor) {
    return service(executor, installation);
  }

  JobRunner service(JobExecutor executor, Installation installation) {
    return new JobRunner(
        new JobStore(root, clock, (state, time) -> ends.add(state)),
        executor,
        installation,
        new JobRunner.Limits(1, Duration.ZERO, retention),
        clock,
        timer,
        Runnable::run);
  }

  Job submit() {
    return runner.submit(SPEC, folder -> {});
  }

  JobState state(Job job) {
    return runner.find(job.id()).state();
  }
}
