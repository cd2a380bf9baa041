package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The objects that the chart renders, read strictly. */
class ChartTest {

  private static final String GPU = "nvidia.com/gpu";

  private static PodSpec pod(Manifests rendered) {
    return rendered.only(Deployment.class).getSpec().getTemplate().getSpec();
  }

  private static Container serving(Manifests rendered) {
    assertThat(pod(rendered).getContainers()).hasSize(1);
    return pod(rendered).getContainers().get(0);
  }

  private static Map<String, String> variables(Manifests rendered) {
    return serving(rendered).getEnv().stream()
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  @Test
  void defaultsGiveOneReplicaOnTheCpuWithoutEgress() throws IOException {
    Manifests rendered = Chart.render("{}");

    assertThat(rendered.only(Deployment.class).getSpec().getReplicas()).isEqualTo(1);
    assertThat(serving(rendered).getImage()).isEqualTo("vanillanet-serving:1.0.0-cpu");
    assertThat(serving(rendered).getResources().getLimits()).doesNotContainKey(GPU);
    assertThat(variables(rendered)).containsEntry("VANILLANET_DEVICE", "cpu");
    assertThat(rendered.all(HorizontalPodAutoscaler.class)).isEmpty();
    assertThat(rendered.all(Secret.class)).isEmpty();
    NetworkPolicy policy = rendered.only(NetworkPolicy.class);
    assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
    assertThat(policy.getSpec().getEgress()).isEmpty();
    assertThat(rendered.only(PodDisruptionBudget.class).getSpec().getMaxUnavailable().getIntVal())
        .isEqualTo(1);
  }

  @Test
  void theContainerHasMinimalRights() throws IOException {
    Manifests rendered = Chart.render("{}");

    assertThat(pod(rendered).getAutomountServiceAccountToken()).isFalse();
    assertThat(pod(rendered).getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod(rendered).getSecurityContext().getSeccompProfile().getType())
        .isEqualTo("RuntimeDefault");
    assertThat(serving(rendered).getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(serving(rendered).getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(serving(rendered).getSecurityContext().getCapabilities().getDrop())
        .containsExactly("ALL");
  }

  @Test
  void writableFoldersAreMounted() throws IOException {
    ContainerFile image = ContainerFile.read(ProjectFile.ROOT.resolve("Dockerfile.gpu"));

    assertThat(serving(Chart.render("{}")).getVolumeMounts())
        .extracting(VolumeMount::getMountPath)
        .containsExactlyInAnyOrderElementsOf(image.last().only("VOLUME").execForm());
  }

  @Test
  void theGracePeriodCoversPreStopDelayAndTimeout() throws IOException {
    Manifests rendered =
        Chart.render("drain: {preStopSeconds: 7, delaySeconds: 3, timeoutSeconds: 20}");

    assertThat(pod(rendered).getTerminationGracePeriodSeconds()).isEqualTo(7 + 3 + 20 + 10);
    assertThat(serving(rendered).getLifecycle().getPreStop().getExec().getCommand())
        .containsExactly("sleep", "7");
    assertThat(variables(rendered))
        .containsEntry("QUARKUS_SHUTDOWN_DELAY", "3s")
        .containsEntry("QUARKUS_SHUTDOWN_TIMEOUT", "20s");
  }

  @Test
  void probesUsePathsOfTheService() throws IOException {
    Container serving = serving(Chart.render("{}"));

    assertThat(serving.getStartupProbe().getHttpGet().getPath()).isEqualTo("/q/health/started");
    assertThat(serving.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/q/health/ready");
    assertThat(serving.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/q/health/live");
    assertThat(serving.getStartupProbe().getFailureThreshold()).isEqualTo(30);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{gpu: {enabled: true}, replicas: 3, strategy: {type: Recreate}}",
        "{gpu: {enabled: true}, replicas: 3, autoscaling: {type: keda, minReplicas: 1}}",
        "{replicas: 1, models: {persistence: {enabled: true}}}"
      })
  void oneReplicaOrTheChoiceOfItGivesRecreate(String values) throws IOException {
    assertThat(Chart.render(values).only(Deployment.class).getSpec().getStrategy().getType())
        .isEqualTo("Recreate");
  }

  @Test
  void oneGpuHasEqualRequestAndLimitAndUsesRecreate() throws IOException {
    Manifests rendered = Chart.render("gpu: {enabled: true}");

    assertThat(serving(rendered).getImage()).endsWith("-gpu");
    assertThat(serving(rendered).getResources().getLimits())
        .containsEntry(GPU, new Quantity("1"))
        .containsKey("memory");
    assertThat(serving(rendered).getResources().getRequests())
        .containsEntry(GPU, new Quantity("1"));
    assertThat(variables(rendered)).containsEntry("VANILLANET_DEVICE", "cuda:0");
    assertThat(pod(rendered).getTolerations()).extracting(Toleration::getKey).contains(GPU);
    assertThat(rendered.only(Deployment.class).getSpec().getStrategy().getType())
        .isEqualTo("Recreate");
  }

  @Test
  void spareGpusAllowRollingUpdates() throws IOException {
    Manifests rendered = Chart.render("{gpu: {enabled: true, count: 2, spare: 5}, replicas: 3}");

    var strategy = rendered.only(Deployment.class).getSpec().getStrategy();
    assertThat(strategy.getType()).isEqualTo("RollingUpdate");
    assertThat(strategy.getRollingUpdate().getMaxSurge().getIntVal()).isEqualTo(2);
    assertThat(strategy.getRollingUpdate().getMaxUnavailable().getIntVal()).isZero();
    assertThat(variables(rendered)).containsEntry("VANILLANET_DEVICE", "cuda:all");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{gpu: {enabled: true}, replicas: 3}",
        "{gpu: {enabled: true, count: 4, spare: 3}, replicas: 2}",
        "{gpu: {enabled: true}, replicas: 1, autoscaling: {type: hpa, minReplicas: 2}}",
        "{gpu: {enabled: true}, replicas: 3, strategy: {type: RollingUpdate}}"
      })
  void withoutASpareGpuAnUpdateReplacesOnePodAtATime(String values) throws IOException {
    Manifests rendered = Chart.render(values);

    assertThat(rendered.only(Deployment.class).getSpec().getStrategy().getType())
        .isEqualTo("RollingUpdate");
    var rolling = rendered.only(Deployment.class).getSpec().getStrategy().getRollingUpdate();
    assertThat(rolling.getMaxSurge().getIntVal()).isZero();
    assertThat(rolling.getMaxUnavailable().getIntVal()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nvidia.com/gpu.shared",
        "nvidia.com/shared-gpu",
        "nvidia.com/mig-1g.10gb",
        "nvidia.com/mig-1g.10gb.me",
        "nvidia.com/mig-1c.3g.20gb",
        "nvidia.com/mig-7g.80gb.shared"
      })
  void everyResourceNameOfThePluginIsAccepted(String name) throws IOException {
    Manifests rendered = Chart.render("gpu: {enabled: true, resourceName: %s}".formatted(name));

    assertThat(serving(rendered).getResources().getLimits()).containsEntry(name, new Quantity("1"));
    assertThat(serving(rendered).getResources().getRequests())
        .containsEntry(name, new Quantity("1"));
  }

  @Test
  void extraValuesAreAdded() throws IOException {
    Manifests rendered =
        Chart.render(
            """
            resources: {requests: {cpu: 0.5, memory: 1Gi}, limits: {cpu: 2, memory: 3Gi}}
            extraEnv:
              - {name: VANILLANET_LANES, value: "2"}
              - {name: PROXY, valueFrom: {configMapKeyRef: {name: net, key: proxy}}}
            extraVolumes: [{name: settings, configMap: {name: cats}}]
            extraVolumeMounts:
              - {name: settings, mountPath: /var/lib/vanillanet/config, readOnly: true}
            podLabels: {team: vision}
            """);

    assertThat(serving(rendered).getResources().getLimits())
        .containsEntry("cpu", new Quantity("2"));
    assertThat(serving(rendered).getEnv())
        .extracting(EnvVar::getName)
        .contains("VANILLANET_LANES", "PROXY")
        .doesNotHaveDuplicates();
    assertThat(pod(rendered).getVolumes())
        .filteredOn(volume -> volume.getName().equals("settings"))
        .allMatch(volume -> volume.getConfigMap().getName().equals("cats"))
        .hasSize(1);
    assertThat(serving(rendered).getVolumeMounts())
        .extracting(VolumeMount::getMountPath)
        .contains("/var/lib/vanillanet/config");
  }

  @Test
  void aMigSliceIsRequestedByItsName() throws IOException {
    String slice = "nvidia.com/mig-1g.10gb";

    Manifests rendered =
        Chart.render(
            "gpu: {enabled: true, resourceName: %s, nodeSelector: {nvidia.com/mig.config: all-1g.10gb}}"
                .formatted(slice));

    assertThat(serving(rendered).getResources().getLimits())
        .containsEntry(slice, new Quantity("1"))
        .doesNotContainKey(GPU);
    assertThat(pod(rendered).getNodeSelector())
        .containsEntry("nvidia.com/mig.config", "all-1g.10gb");
  }

  @Test
  void theIngressPublishesNeitherMetricsNorAdmin() throws IOException {
    Manifests rendered =
        Chart.render(
            """
            ingress:
              enabled: true
              className: nginx
              hosts: [cats.example]
              tls: [{secretName: cats-tls, hosts: [cats.example]}]
            admin:
              users: [{name: alice, password: correct horse}]
              jwt: {existingSecret: signer, key: public.pem, issuer: issuer.example}
            serviceMonitor: {enabled: true, labels: {release: prometheus}}
            """);

    var rule = rendered.only(Ingress.class).getSpec().getRules().get(0);
    assertThat(rule.getHttp().getPaths())
        .noneMatch(path -> path.getPath().startsWith("/q") || path.getPath().startsWith("/admin"))
        .allMatch(path -> path.getBackend().getService().getName().equals(Chart.NAME));
    Secret users = rendered.only(Secret.class);
    assertThat(users.getStringData())
        .containsEntry("QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ALICE", "correct horse")
        .containsEntry("QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_ALICE", "admin");
    assertThat(serving(rendered).getEnvFrom().get(0).getSecretRef().getName())
        .isEqualTo(users.getMetadata().getName());
    assertThat(pod(rendered).getVolumes())
        .anyMatch(v -> v.getSecret() != null && v.getSecret().getSecretName().equals("signer"));
    assertThat(variables(rendered))
        .containsEntry(
            "MP_JWT_VERIFY_PUBLICKEY_LOCATION", "file:/etc/vanillanet/jwt/public-key.pem");
    assertThat(rendered.only(ServiceMonitor.class).getSpec().getSelector().getMatchLabels())
        .isEqualTo(rendered.only(Service.class).getSpec().getSelector());
  }

  @Test
  void checkpointsAreImportedBeforeTheServiceStarts() throws IOException {
    Manifests rendered =
        Chart.render(
            """
            models:
              persistence: {enabled: true, size: 20Gi, storageClassName: fast}
              checkpoints: {existingClaim: downloads}
              import: [{checkpoint: a/nine.pth, variant: vanillanet_9, name: nine, labels: l.txt}]
            """);

    Container importer = pod(rendered).getInitContainers().get(0);
    assertThat(importer.getCommand())
        .containsSubsequence("/bin/sh", "-euc", "nine", "--name", "nine")
        .containsSubsequence("--checkpoint", "/checkpoints/a/nine.pth", "--variant", "vanillanet_9")
        .endsWith("--labels", "/checkpoints/l.txt");
    assertThat(importer.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(rendered.only(PersistentVolumeClaim.class).getSpec().getStorageClassName())
        .isEqualTo("fast");
    assertThat(rendered.only(Deployment.class).getSpec().getStrategy().getType())
        .as("a claim for one node cannot be mounted by a second pod on another")
        .isEqualTo("Recreate");
  }
}
