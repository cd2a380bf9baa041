package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a pod's status says about a training.
 *
 * @param obstacle what keeps it from its work, in words
 * @param stuck true if the obstacle is one that seldom goes away by itself
 * @param exitCode of its container, once that has ended
 * @param reason of its end in words, where it was not its own doing
 * @param lastWords end of its log, if it failed
 */
record PodFinding(
    Optional<String> obstacle,
    boolean stuck,
    OptionalInt exitCode,
    Optional<String> reason,
    Optional<String> lastWords) {

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

  /** There is no pod: a quota may forbid it, or nothing has been done yet. */
  static PodFinding noPod() {
    return new PodFinding(
        Optional.of("its pod has not been made yet"),
        false,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static PodFinding of(Pod pod) {
    Optional<ContainerStateTerminated> ended =
        state(pod).map(ContainerState::getTerminated).filter(Objects::nonNull);
    Optional<ContainerStateWaiting> waiting =
        state(pod).map(ContainerState::getWaiting).filter(Objects::nonNull);
    Optional<String> obstacle =
        condition(pod, "PodScheduled", "False")
            .map(it -> "it cannot be scheduled: " + it.getMessage())
            .or(() -> waiting.map(it -> words(it.getReason(), it.getMessage())));
    return new PodFinding(
        obstacle,
        waiting.filter(it -> it.getReason() != null && STUCK.contains(it.getReason())).isPresent(),
        ended.map(it -> OptionalInt.of(it.getExitCode())).orElse(OptionalInt.empty()),
        outerReason(pod).or(() -> ended.flatMap(PodFinding::killed)),
        ended.map(ContainerStateTerminated::getMessage).filter(text -> !text.isBlank()));
  }

  /** Evicted, preempted, drained away, or its node is gone. */
  private static Optional<String> outerReason(Pod pod) {
    return Optional.ofNullable(pod.getStatus())
        .filter(status -> status.getReason() != null)
        .map(status -> "its pod ended: " + words(status.getReason(), status.getMessage()))
        .or(
            () ->
                condition(pod, "DisruptionTarget", "True")
                    .map(it -> "its pod was ended: " + words(it.getReason(), it.getMessage())));
  }

  private static Optional<String> killed(ContainerStateTerminated ended) {
    return "OOMKilled".equals(ended.getReason())
        ? Optional.of(
            "its container was killed at its memory limit (OOMKilled, exit code %d); raise %s.resources"
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

  private static String words(String reason, String message) {
    return message == null || message.isBlank() ? reason : reason + ": " + message;
  }
}
