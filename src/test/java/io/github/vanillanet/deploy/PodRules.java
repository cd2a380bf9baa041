package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Rules of a server for the containers and volumes of a pod. */
final class PodRules {

  private static final String NAME = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final String OBJECT_NAME = "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?";

  private PodRules() {}

  static void check(PodSpec pod) {
    List<String> volumes = pod.getVolumes().stream().map(Volume::getName).toList();
    assertThat(volumes).doesNotHaveDuplicates().allMatch(name -> name.matches(NAME));
    assertThat(containers(pod).map(Container::getName).toList())
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches(NAME));
    containers(pod).forEach(container -> mountsHaveVolumes(container, volumes));
    containers(pod).forEach(PodRules::variablesAreUnique);
    containers(pod).forEach(PodRules::resourcesAreValid);
    containers(pod).forEach(PodRules::portsAreUnique);
    pod.getVolumes().forEach(PodRules::sourcesHaveValidNames);
    pod.getTolerations().forEach(PodRules::aTolerationIsComplete);
    assertThat(pod.getServiceAccountName()).matches(OBJECT_NAME);
    assertThat(pod.getImagePullSecrets()).allMatch(it -> it.getName().matches(OBJECT_NAME));
  }

  private static Stream<Container> containers(PodSpec pod) {
    return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
  }

  private static void mountsHaveVolumes(Container container, List<String> volumes) {
    List<VolumeMount> mounts = container.getVolumeMounts();
    assertThat(volumes).containsAll(mounts.stream().map(VolumeMount::getName).toList());
    assertThat(mounts)
        .extracting(VolumeMount::getMountPath)
        .doesNotHaveDuplicates()
        .allMatch(path -> path.startsWith("/") && !path.contains(":"));
    if (container.getImage().contains("vanillanet-serving")) {
      assertThat(mounts)
          .extracting(VolumeMount::getMountPath)
          .contains("/tmp", "/models", "/var/lib/vanillanet");
      assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    }
  }

  private static void variablesAreUnique(Container container) {
    assertThat(container.getEnv()).extracting(EnvVar::getName).doesNotHaveDuplicates();
    assertThat(container.getEnv())
        .noneMatch(it -> it.getValue() != null && it.getValueFrom() != null);
  }

  /** Quantities are numbers, requests are at most the limits, and equal to them for GPUs. */
  private static void resourcesAreValid(Container container) {
    if (container.getResources() == null) {
      return; // an extra container
    }
    Map<String, Quantity> limits = container.getResources().getLimits();
    Map<String, Quantity> requests = container.getResources().getRequests();
    Stream.concat(limits.values().stream(), requests.values().stream())
        .forEach(it -> assertThat(it.getNumericalAmount().signum()).isNotNegative());
    limits.forEach(
        (name, limit) -> {
          Quantity request = requests.getOrDefault(name, limit);
          assertThat(request.getNumericalAmount())
              .as(container.getName() + ' ' + name)
              .isLessThanOrEqualTo(limit.getNumericalAmount());
          if (name.contains("/")) {
            assertThat(requests.get(name)).isEqualTo(limit);
          }
        });
  }

  private static void portsAreUnique(Container container) {
    assertThat(container.getPorts()).extracting(ContainerPort::getName).doesNotHaveDuplicates();
    assertThat(container.getPorts())
        .extracting(ContainerPort::getContainerPort)
        .doesNotHaveDuplicates()
        .allMatch(port -> port >= 1 && port <= 65535);
  }

  private static void sourcesHaveValidNames(Volume volume) {
    if (volume.getPersistentVolumeClaim() != null) {
      assertThat(volume.getPersistentVolumeClaim().getClaimName()).matches(OBJECT_NAME);
    }
    if (volume.getSecret() != null) {
      assertThat(volume.getSecret().getSecretName()).matches(OBJECT_NAME);
    }
    if (volume.getEmptyDir() != null && volume.getEmptyDir().getSizeLimit() != null) {
      assertThat(volume.getEmptyDir().getSizeLimit().getNumericalAmount().signum()).isNotNegative();
    }
  }

  private static void aTolerationIsComplete(Toleration toleration) {
    boolean exists = "Exists".equals(toleration.getOperator());
    assertThat(exists || toleration.getKey() != null && !toleration.getKey().isEmpty()).isTrue();
    assertThat(!exists || toleration.getValue() == null || toleration.getValue().isEmpty())
        .isTrue();
    assertThat(
            toleration.getTolerationSeconds() == null || "NoExecute".equals(toleration.getEffect()))
        .isTrue();
  }
}
