package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.github.vanillanet.base.config.KubernetesConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Builds the Kubernetes Job of one attempt at a training. */
final class TrainingJob {

  static final String CONTAINER = "training";

  /** Label of the Job and its pod. Its value is the training's id. */
  static final String ID_LABEL = "vanillanet.io/training";

  private static final String APPLICATION = "vanillanet-training";
  private static final long USER = 1000;

  private final KubernetesConfig settings;
  private final List<ClaimMount> claims;
  private final JsonSettings json;

  /**
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CONFIGURATION} if a setting
   *     is not usable
   */
  TrainingJob(KubernetesConfig settings, List<ClaimMount> claims) {
    this.settings = settings;
    this.claims = claims;
    this.json = JsonSettings.of(settings);
  }

  /** Each attempt has its own name, so that none is created twice. */
  static String name(String id, int attempt) {
    return "%s-%s-%d".formatted(APPLICATION, id, attempt);
  }

  /**
   * @param command of the container, instead of the image's entry point
   */
  Job of(String id, int attempt, List<String> command) {
    Map<String, String> labels =
        Map.of(
            // differs from the service's name, so that its Service sends no requests to the pod
            "app.kubernetes.io/name",
            APPLICATION,
            "app.kubernetes.io/instance",
            settings.instance(),
            "app.kubernetes.io/component",
            "training",
            "app.kubernetes.io/managed-by",
            "vanillanet-serving",
            ID_LABEL,
            id);
    return new JobBuilder()
        .withNewMetadata()
        .withName(name(id, attempt))
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .withParallelism(1)
        .withCompletions(1)
        .withBackoffLimit(0) // the service decides whether to resume
        .withTtlSecondsAfterFinished((int) settings.keepFinished().toSeconds())
        .withActiveDeadlineSeconds(settings.deadline().map(Duration::toSeconds).orElse(null))
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withSpec(pod(command))
        .endTemplate()
        .endSpec()
        .build();
  }

  private PodSpec pod(List<String> command) {
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withServiceAccountName(settings.serviceAccount().orElse(null))
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withImagePullSecrets(
            settings.imagePullSecrets().stream()
                .flatMap(List::stream)
                .map(LocalObjectReference::new)
                .toList())
        .withRuntimeClassName(settings.runtimeClass().orElse(null))
        .withNodeSelector(json.nodeSelector())
        .withTolerations(json.tolerations())
        .withSecurityContext(podSecurity())
        .withContainers(container(command))
        .withVolumes(volumes())
        .build();
  }

  private Container container(List<String> command) {
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(settings.image().orElseThrow())
        .withImagePullPolicy(settings.imagePullPolicy())
        .withCommand(command)
        .withResources(resources())
        .withSecurityContext(security())
        .withVolumeMounts(mounts())
        // adds the end of the log to the pod's status, which the service may read
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .build();
  }

  /** Kubernetes requires equal requests and limits for the GPU. */
  private ResourceRequirements resources() {
    ResourceRequirements resources = json.resources();
    if (settings.gpuCount() == 0) {
      return resources;
    }
    Quantity devices = new Quantity(Integer.toString(settings.gpuCount()));
    return resources
        .edit()
        .addToRequests(settings.gpuResource(), devices)
        .addToLimits(settings.gpuResource(), devices)
        .build();
  }

  private static PodSecurityContext podSecurity() {
    return new PodSecurityContextBuilder()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .build();
  }

  private static SecurityContext security() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }

  private List<VolumeMount> mounts() {
    List<VolumeMount> mounts = new ArrayList<>();
    for (ClaimMount mount : claims) {
      mounts.add(
          new VolumeMountBuilder()
              .withName(mount.name())
              .withMountPath(mount.path().toString())
              .withReadOnly(mount.readOnly() ? true : null)
              .build());
    }
    mounts.add(new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build());
    return mounts;
  }

  private List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    for (ClaimMount mount : claims) {
      volumes.add(
          new VolumeBuilder()
              .withName(mount.name())
              .withNewPersistentVolumeClaim()
              .withClaimName(mount.claim().orElseThrow())
              .withReadOnly(mount.readOnly() ? true : null)
              .endPersistentVolumeClaim()
              .build());
    }
    volumes.add(new VolumeBuilder().withName("tmp").withNewEmptyDir().endEmptyDir().build());
    return volumes;
  }
}
