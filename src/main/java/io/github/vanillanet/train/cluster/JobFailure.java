package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.RunEnd;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;

/** Reads the reason of a failed Kubernetes Job, mostly from its pod. */
record JobFailure(Cluster cluster, JobFolder folder) {

  private static final Logger LOG = System.getLogger(JobFailure.class.getName());

  /**
   * Also appends the end of the container's log to the training's log.
   *
   * @param name of the Kubernetes Job
   * @param failed its condition {@code Failed}
   */
  RunEnd read(String name, JobCondition failed) {
    PodReport pod;
    try {
      pod = cluster.pod(name);
    } catch (ClusterException e) {
      return RunEnd.because(
          "the Kubernetes Job failed: %s; reading the reason failed: %s"
              .formatted(failed.getReason(), e.getMessage()));
    }
    pod.logEnd().ifPresent(this::log);
    if ("DeadlineExceeded".equals(failed.getReason())) {
      return RunEnd.because("the training exceeded " + KubernetesExecutor.SETTINGS + ".deadline");
    }
    OptionalInt exit = pod.exitCode();
    return pod.reason().isPresent() || exit.isPresent()
        ? new RunEnd(exit, pod.reason())
        : RunEnd.because(
            "the Kubernetes Job failed: %s: %s".formatted(failed.getReason(), failed.getMessage()));
  }

  private void log(String logEnd) {
    try {
      Files.writeString(
          folder.log(),
          logEnd.strip() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "writing {0} failed: {1}", folder.log(), e);
    }
  }
}
