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

/** Why a Kubernetes Job failed: what the Job says of itself seldom tells, its pod does. */
final class JobFailure {

  private static final Logger LOG = System.getLogger(JobFailure.class.getName());

  private final Cluster cluster;
  private final JobFolder folder;

  /**
   * @param folder of the training, whose log gets what its container said last
   */
  JobFailure(Cluster cluster, JobFolder folder) {
    this.cluster = cluster;
    this.folder = folder;
  }

  /**
   * @param name of the Kubernetes Job
   * @param failed its condition of that type
   */
  RunEnd read(String name, JobCondition failed) {
    PodFinding pod;
    try {
      pod = cluster.pod(name);
    } catch (ClusterException e) {
      return RunEnd.because(
          "its Kubernetes Job failed: %s; why cannot be read: %s"
              .formatted(failed.getReason(), e.getMessage()));
    }
    pod.lastWords().ifPresent(this::log);
    if ("DeadlineExceeded".equals(failed.getReason())) {
      return RunEnd.because("it ran longer than " + KubernetesExecutor.SETTINGS + ".deadline");
    }
    OptionalInt exit = pod.exitCode();
    return pod.reason().isPresent() || exit.isPresent()
        ? new RunEnd(exit, pod.reason())
        : RunEnd.because(
            "its Kubernetes Job failed: %s: %s".formatted(failed.getReason(), failed.getMessage()));
  }

  private void log(String lastWords) {
    try {
      Files.writeString(
          folder.log(),
          lastWords.strip() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0}: {1}", folder.log(), e);
    }
  }
}
