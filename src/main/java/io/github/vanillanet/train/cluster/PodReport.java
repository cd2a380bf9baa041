package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.github.vanillanet.train.jobs.RunEnd;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The status of a training's pod.
 *
 * @param obstacle what currently keeps it from working
 * @param stuck whether the obstacle rarely disappears without an operator
 * @param exitCode of the ended container
 * @param reason of the end, if the cluster ended it
 * @param logEnd end of the log of a failed container
 */
record PodReport(
    Optional<String> obstacle,
    boolean stuck,
    OptionalInt exitCode,
    Optional<String> reason,
    Optional<String> logEnd) {

  private static final Set<String> STUCK =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "ErrImageNeverPull",
          "InvalidImageName",
          "ImageInspectError",
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError");

  /** The report without a pod: it is not created yet, or a quota prevents it. */
  static PodReport noPod() {
    return without("the pod is not created yet");
  }

  static PodReport suspended() {
    return without("the Kubernetes Job is suspended; it runs when Kueue or an operator resumes it");
  }

  private static PodReport without(String obstacle) {
    return new PodReport(
        Optional.of(obstacle), false, OptionalInt.empty(), Optional.empty(), Optional.empty());
  }

  static PodReport of(Pod pod) {
    Optional<ContainerStateTerminated> ended =
        state(pod).map(ContainerState::getTerminated).filter(Objects::nonNull);
    Optional<ContainerStateWaiting> waiting =
        state(pod).map(ContainerState::getWaiting).filter(Objects::nonNull);
    Optional<String> obstacle =
        condition(pod, "PodScheduled", "False")
            .map(it -> "the pod cannot be scheduled: " + it.getMessage())
            .or(() -> waiting.map(it -> describe(it.getReason(), it.getMessage())));
    return new PodReport(
        obstacle,
        waiting.filter(it -> it.getReason() != null && STUCK.contains(it.getReason())).isPresent(),
        ended.map(it -> OptionalInt.of(it.getExitCode())).orElse(OptionalInt.empty()),
        clusterReason(pod).or(() -> ended.flatMap(PodReport::killed)),
        ended.map(ContainerStateTerminated::getMessage).filter(text -> !text.isBlank()));
  }

  /** Eviction, preemption, a drained node or a lost node. */
  private static Optional<String> clusterReason(Pod pod) {
    return Optional.ofNullable(pod.getStatus())
        .filter(status -> status.getReason() != null)
        .map(status -> "the pod ended: " + describe(status.getReason(), status.getMessage()))
        .or(
            () ->
                condition(pod, "DisruptionTarget", "True")
                    .map(it -> "the pod was ended: " + describe(it.getReason(), it.getMessage())));
  }

  /**
   * The reason why the pod's Job failed.
   *
   * @param failed the Job's condition {@code Failed}
   */
  RunEnd end(JobCondition failed) {
    if ("DeadlineExceeded".equals(failed.getReason())) {
      return RunEnd.because("the training exceeded " + KubernetesExecutor.SETTINGS + ".deadline");
    }
    return reason.isPresent() || exitCode.isPresent()
        ? new RunEnd(exitCode, reason)
        : RunEnd.because(
            "the Kubernetes Job failed: %s: %s".formatted(failed.getReason(), failed.getMessage()));
  }

  private static Optional<String> killed(ContainerStateTerminated ended) {
    return "OOMKilled".equals(ended.getReason())
        ? Optional.of(
            "the container exceeded its memory limit (OOMKilled, exit code %d); raise %s.resources"
                .formatted(ended.getExitCode(), KubernetesExecutor.SETTINGS))
        : Optional.empty();
  }

  private static Optional<ContainerState> state(Pod pod) {
    return Stream.ofNullable(pod.getStatus())
        .flatMap(status -> status.getContainerStatuses().stream())
        .filter(status -> TrainingJob.CONTAINER.equals(status.getName()))
        .map(ContainerStatus::getState)
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static Optional<PodCondition> condition(Pod pod, String type, String status) {
    return Stream.ofNullable(pod.getStatus())
        .flatMap(it -> it.getConditions().stream())
        .filter(it -> type.equals(it.getType()) && status.equals(it.getStatus()))
        .findFirst();
  }

  private static String describe(String reason, String message) {
    return message == null || message.isBlank() ? reason : reason + ": " + message;
  }
}
