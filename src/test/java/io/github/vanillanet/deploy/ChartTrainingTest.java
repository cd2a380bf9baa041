package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chart with trainings as Kubernetes Jobs. */
class ChartTrainingTest {

  private static final String JOBS =
      """
      imagePullSecrets: [{name: login}, {name: other}]
      models: {persistence: {enabled: true, accessModes: [ReadWriteMany]}}
      training:
        executor: kubernetes
        jobs: {existingClaim: jobs, accessModes: [ReadWriteMany]}
        data: {existingClaim: photos}
        kubernetes:
          gpu: {resourceName: nvidia.com/mig-2g.20gb, runtimeClassName: nvidia}
          nodeSelector: {nvidia.com/gpu.product: NVIDIA-L4}
          serviceAccountName: trainer
          labels: {team: vision}
          annotations: {note: "photos of pets"}
          priorityClassName: batch
          queueName: trainings
          suspend: true
          activeDeadlineSeconds: 3600
          apiServer: {cidrs: [10.0.0.1/32]}
      """;

  private static PodSpec pod(Manifests rendered) {
    return rendered.only(Deployment.class).getSpec().getTemplate().getSpec();
  }

  private static Map<String, String> variables(Manifests rendered) {
    return pod(rendered).getContainers().get(0).getEnv().stream()
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  @Test
  void theServiceMayOnlyManageJobsAndListPods() throws IOException {
    Manifests rendered = Chart.render(JOBS);

    assertThat(rendered.only(Role.class).getRules())
        .extracting(PolicyRule::getApiGroups, PolicyRule::getResources, PolicyRule::getVerbs)
        .containsExactly(
            tuple(List.of("batch"), List.of("jobs"), List.of("create", "get", "list", "delete")),
            tuple(List.of(""), List.of("pods"), List.of("list")));
    RoleBinding binding = rendered.only(RoleBinding.class);
    assertThat(binding.getRoleRef().getName())
        .isEqualTo(rendered.only(Role.class).getMetadata().getName());
    assertThat(binding.getSubjects().get(0).getName())
        .isEqualTo(rendered.only(ServiceAccount.class).getMetadata().getName())
        .isEqualTo(pod(rendered).getServiceAccountName());
    assertThat(binding.getSubjects().get(0).getNamespace()).isEqualTo(Chart.NAMESPACE);
    assertThat(pod(rendered).getAutomountServiceAccountToken()).isTrue();
  }

  @Test
  void trainingInThePodNeedsNoRoleAndNoToken() throws IOException {
    Manifests rendered = Chart.render("training: {executor: process}");

    assertThat(rendered.all(Role.class)).isEmpty();
    assertThat(rendered.all(RoleBinding.class)).isEmpty();
    assertThat(pod(rendered).getAutomountServiceAccountToken()).isFalse();
    assertThat(variables(rendered)).doesNotContainKey("VANILLANET_TRAINING_EXECUTOR");
  }

  @Test
  void everySettingOfJobsBecomesAVariableOfTheService() throws IOException {
    Map<String, String> variables = variables(Chart.render(JOBS));

    String prefix = "VANILLANET_TRAINING_KUBERNETES_";
    assertThat(variables)
        .containsEntry("VANILLANET_TRAINING_EXECUTOR", "kubernetes")
        .containsEntry(prefix + "IMAGE", "vanillanet-serving:1.0.0-gpu")
        .containsEntry(prefix + "IMAGE_PULL_SECRETS", "login,other")
        .containsEntry(prefix + "GPU_RESOURCE", "nvidia.com/mig-2g.20gb")
        .containsEntry(prefix + "GPU_COUNT", "1")
        .containsEntry(prefix + "RUNTIME_CLASS", "nvidia")
        .containsEntry(prefix + "SERVICE_ACCOUNT", "trainer")
        .containsEntry(prefix + "LABELS", "{\"team\":\"vision\"}")
        .containsEntry(prefix + "ANNOTATIONS", "{\"note\":\"photos of pets\"}")
        .containsEntry(prefix + "PRIORITY_CLASS", "batch")
        .containsEntry(prefix + "QUEUE_NAME", "trainings")
        .containsEntry(prefix + "SUSPEND", "true")
        .containsEntry(prefix + "STOP_GRACE", "120s")
        .containsEntry(prefix + "INSTANCE", Chart.NAME)
        .containsEntry(prefix + "KEEP_FINISHED", "86400s")
        .containsEntry(prefix + "DEADLINE", "3600s");
    JsonNode resources = Manifests.YAML.readTree(variables.get(prefix + "RESOURCES"));
    assertThat(resources.at("/limits/memory").asText()).isEqualTo("16Gi");
    assertThat(variables.get(prefix + "NODE_SELECTOR"))
        .isEqualTo("{\"nvidia.com/gpu.product\":\"NVIDIA-L4\"}");
    assertThat(variables.keySet()).allMatch(Settings::isKnownOrUnrelated);
  }

  @Test
  void jobsMountTheClaimsOfTheService() throws IOException {
    Manifests rendered = Chart.render(JOBS);

    Map<String, String> claims =
        pod(rendered).getVolumes().stream()
            .filter(volume -> volume.getPersistentVolumeClaim() != null)
            .collect(
                Collectors.toMap(
                    Volume::getName, volume -> volume.getPersistentVolumeClaim().getClaimName()));
    Map<String, String> mounts =
        pod(rendered).getContainers().get(0).getVolumeMounts().stream()
            .filter(mount -> claims.containsKey(mount.getName()))
            .collect(
                Collectors.toMap(VolumeMount::getMountPath, mount -> claims.get(mount.getName())));
    Map<String, String> variables = variables(rendered);
    String prefix = "VANILLANET_TRAINING_KUBERNETES_";
    assertThat(mounts)
        .containsEntry(variables.get(prefix + "JOBS_MOUNT"), variables.get(prefix + "JOBS_CLAIM"))
        .containsEntry(
            variables.get("VANILLANET_REPOSITORY"), variables.get(prefix + "REPOSITORY_CLAIM"))
        .containsEntry(
            variables.get("VANILLANET_TRAINING_DATA_ROOT"), variables.get(prefix + "DATA_CLAIM"));
  }

  @Test
  void onlyTheServiceMayConnectAndOnlyToTheApiServer() throws IOException {
    Map<String, NetworkPolicy> policies =
        Chart.render(JOBS).all(NetworkPolicy.class).stream()
            .collect(Collectors.toMap(it -> it.getMetadata().getName(), it -> it));

    var toServer = policies.get(Chart.NAME + "-to-api-server").getSpec();
    assertThat(toServer.getPolicyTypes()).containsExactly("Egress");
    assertThat(toServer.getEgress()).hasSize(1);
    assertThat(toServer.getEgress().get(0).getTo().get(0).getIpBlock().getCidr())
        .isEqualTo("10.0.0.1/32");
    assertThat(toServer.getEgress().get(0).getPorts())
        .extracting(port -> port.getPort().getIntVal())
        .containsExactly(443, 6443);
    var ofTrainings = policies.get(Chart.NAME + "-training").getSpec();
    assertThat(ofTrainings.getPodSelector().getMatchLabels())
        .containsEntry("app.kubernetes.io/name", "vanillanet-training")
        .containsEntry("app.kubernetes.io/instance", Chart.NAME);
    assertThat(ofTrainings.getPolicyTypes()).containsExactly("Ingress", "Egress");
    assertThat(ofTrainings.getEgress()).isEmpty();
    assertThat(ofTrainings.getIngress()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training: {executor: slurm}                                           | executor",
        "training: {executor: kubernetes}                                      | existingClaim",
        "training: {executor: kubernetes, jobs: {existingClaim: j}}            | ReadWriteMany to"
            + " training.jobs.accessModes",
        "training: {executor: kubernetes, jobs: {existingClaim: j, accessModes: [ReadWriteMany]}} |"
            + " models.persistence",
        "{models: {persistence: {enabled: true}}, training: {executor: kubernetes, jobs:"
            + " {existingClaim: j, accessModes: [ReadWriteMany]}}} | ReadWriteMany",
        "{serviceAccount: {create: false}, models: {persistence: {enabled: true, accessModes:"
            + " [ReadWriteMany]}}, training: {executor: kubernetes, jobs: {existingClaim: j,"
            + " accessModes: [ReadWriteMany]}}} | serviceAccount.name",
        "{image: {tag: mine}, models: {persistence: {enabled: true, accessModes: [ReadWriteMany]}},"
            + " training: {executor: kubernetes, jobs: {existingClaim: j, accessModes:"
            + " [ReadWriteMany]}}} | training.kubernetes.image",
        "training: {kubernetes: {gpu: {resourceName: amd.com/gpu}}}            | resourceName",
        "training: {kubernetes: {image: 'x:latest'}}                           | image",
        "training: {kubernetes: {apiServer: {ports: []}}}                      | ports",
        "training: {kubernetes: {gpu: {resourceName: nvidia.com/mig-2g.20gb, count: 2}}} | MIG",
        "training: {kubernetes: {labels: {app.kubernetes.io/name: mine}}}      |"
            + " app.kubernetes.io/name",
        "training: {kubernetes: {labels: {team: 'two words'}}}                 | team",
        "training: {kubernetes: {queueName: Trainings}}                        | queueName",
        "training: {kubernetes: {suspend: sometimes}}                          | suspend",
        "{image: {digest:"
            + " 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}, models:"
            + " {persistence: {enabled: true, accessModes: [ReadWriteMany]}}, training: {executor:"
            + " kubernetes, jobs: {existingClaim: j, accessModes: [ReadWriteMany]}}} |"
            + " training.kubernetes.image",
      })
  void invalidValuesAreRejected(String values, String reason) {
    assertThatThrownBy(() -> Chart.render(values))
        .as(values)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(reason);
  }
}
