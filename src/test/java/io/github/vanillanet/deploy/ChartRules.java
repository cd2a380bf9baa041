package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Rules that the chart's objects follow for any valid values; a server checks most of them. */
final class ChartRules {

  private static final int CLOSING_SECONDS = 10;
  private static final String LABEL = "([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?";
  private static final String KEY = "([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?" + "[A-Za-z0-9].{0,62}";

  private final Manifests rendered;
  private final Deployment deployment;
  private final PodSpec pod;
  private final Container serving;

  private ChartRules(Manifests rendered) {
    this.rendered = rendered;
    this.deployment = rendered.only(Deployment.class);
    this.pod = deployment.getSpec().getTemplate().getSpec();
    this.serving = pod.getContainers().get(0);
  }

  static void check(Manifests rendered) {
    ChartRules rules = new ChartRules(rendered);
    rules.namesAreUniqueAndValid();
    rules.selectorsMatchThePods();
    rules.portsExist();
    rules.policiesAllowWhatTheServiceNeeds();
    rules.everyPodCanBeReplaced();
    rules.referencesExist();
    rules.theGracePeriodIsLongEnough();
    PodRules.check(rules.pod);
    assertThat(serviceOf(rules.serving)).allMatch(Settings::isKnownOrUnrelated);
  }

  private static Stream<String> serviceOf(Container serving) {
    return serving.getEnv().stream().map(EnvVar::getName);
  }

  private void namesAreUniqueAndValid() {
    List<String> names = new ArrayList<>();
    for (Object object : rendered.objects()) {
      if (object instanceof HasMetadata named) {
        names.add(named.getKind() + '/' + named.getMetadata().getName());
        assertThat(named.getMetadata().getName())
            .matches(
                named instanceof Service
                    ? "[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
                    : "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
        labelsAreValid(named.getMetadata().getLabels());
      }
    }
    labelsAreValid(deployment.getSpec().getTemplate().getMetadata().getLabels());
    labelsAreValid(pod.getNodeSelector());
    assertThat(names).doesNotHaveDuplicates();
  }

  private static void labelsAreValid(Map<String, String> labels) {
    assertThat(labels.keySet()).allMatch(key -> key.matches(KEY));
    assertThat(labels.values()).allMatch(value -> value.matches(LABEL));
  }

  private void selectorsMatchThePods() {
    Map<String, String> labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
    List<Map<String, String>> selectors = new ArrayList<>();
    selectors.add(deployment.getSpec().getSelector().getMatchLabels());
    selectors.add(rendered.only(Service.class).getSpec().getSelector());
    rendered
        .maybe(PodDisruptionBudget.class)
        .ifPresent(it -> selectors.add(it.getSpec().getSelector().getMatchLabels()));
    for (NetworkPolicy policy : rendered.all(NetworkPolicy.class)) {
      if (!policy.getMetadata().getName().endsWith("-training")) { // selects the pods of Jobs
        selectors.add(policy.getSpec().getPodSelector().getMatchLabels());
      }
    }
    assertThat(selectors)
        .allSatisfy(selector -> assertThat(labels).containsAllEntriesOf(selector))
        .noneMatch(Map::isEmpty);
    rendered
        .maybe(ServiceMonitor.class)
        .ifPresent(
            it ->
                assertThat(rendered.only(Service.class).getMetadata().getLabels())
                    .containsAllEntriesOf(it.getSpec().getSelector().getMatchLabels()));
  }

  private void portsExist() {
    List<String> ports = serving.getPorts().stream().map(ContainerPort::getName).toList();
    var offered = rendered.only(Service.class).getSpec().getPorts();
    assertThat(offered).extracting(port -> port.getName()).doesNotHaveDuplicates();
    assertThat(offered).extracting(port -> port.getPort()).doesNotHaveDuplicates();
    assertThat(offered).allMatch(port -> ports.contains(port.getTargetPort().getStrVal()));
    for (Probe probe :
        List.of(
            serving.getStartupProbe(), serving.getLivenessProbe(), serving.getReadinessProbe())) {
      assertThat(ports).contains(probe.getHttpGet().getPort().getStrVal());
    }
    for (ServiceMonitor monitor : rendered.all(ServiceMonitor.class)) {
      assertThat(monitor.getSpec().getEndpoints())
          .allMatch(it -> offered.stream().anyMatch(port -> port.getName().equals(it.getPort())));
    }
    for (Ingress ingress : rendered.all(Ingress.class)) {
      assertThat(ingress.getSpec().getRules()).isNotEmpty();
      assertThat(ingress.getSpec().getRules())
          .flatExtracting(rule -> rule.getHttp().getPaths())
          .isNotEmpty()
          .allMatch(it -> it.getPath().startsWith("/"))
          .extracting(it -> it.getBackend().getService())
          .allMatch(it -> it.getPort().getName().equals("http"))
          .allMatch(
              it -> it.getName().equals(rendered.only(Service.class).getMetadata().getName()));
    }
  }

  private void policiesAllowWhatTheServiceNeeds() {
    List<NetworkPolicy> policies = rendered.all(NetworkPolicy.class);
    if (policies.isEmpty()) {
      return;
    }
    assertThat(policies.get(0).getSpec().getPolicyTypes()).contains("Egress");
    var main =
        policies.stream()
            .filter(it -> !it.getSpec().getIngress().isEmpty())
            .findFirst()
            .orElseThrow();
    assertThat(main.getSpec().getIngress().get(0).getPorts())
        .extracting(port -> port.getPort().getStrVal())
        .containsExactlyElementsOf(
            serving.getPorts().stream().map(ContainerPort::getName).toList());
    List<Integer> open =
        policies.stream()
            .flatMap(policy -> policy.getSpec().getEgress().stream())
            .flatMap(rule -> rule.getPorts().stream())
            .filter(port -> port.getPort() != null && port.getPort().getIntVal() != null)
            .map(port -> port.getPort().getIntVal())
            .toList();
    assertThat(open).allMatch(port -> port >= 1 && port <= 65535);
    for (EnvVar variable : serving.getEnv()) {
      if (variable.getName().matches(".*OTLP_ENDPOINT|.*S3_ENDPOINT")
          || variable.getName().equals("VANILLANET_S3_CACHE")) {
        assertThat(open).as(variable.getName()).contains(53).hasSizeGreaterThan(2);
      }
    }
    if (pod.getAutomountServiceAccountToken()) {
      assertThat(policies).anyMatch(it -> it.getMetadata().getName().endsWith("-to-api-server"));
    }
  }

  private void everyPodCanBeReplaced() {
    DeploymentStrategy strategy = deployment.getSpec().getStrategy();
    if (strategy.getType().equals("RollingUpdate")) {
      var rolling = strategy.getRollingUpdate();
      assertThat(rolling.getMaxSurge().getIntVal() + rolling.getMaxUnavailable().getIntVal())
          .isPositive();
    } else {
      assertThat(strategy.getType()).isEqualTo("Recreate");
      assertThat(strategy.getRollingUpdate()).isNull();
    }
  }

  private void referencesExist() {
    String name = deployment.getMetadata().getName();
    for (ServiceAccount account : rendered.all(ServiceAccount.class)) {
      assertThat(pod.getServiceAccountName()).isEqualTo(account.getMetadata().getName());
    }
    for (HorizontalPodAutoscaler scaler : rendered.all(HorizontalPodAutoscaler.class)) {
      assertThat(scaler.getSpec().getScaleTargetRef().getName()).isEqualTo(name);
      assertThat(scaler.getSpec().getMinReplicas()).isBetween(1, scaler.getSpec().getMaxReplicas());
    }
    for (CustomResources.ScaledObject it : rendered.all(CustomResources.ScaledObject.class)) {
      assertThat(it.spec().scaleTargetRef().name()).isEqualTo(name);
      assertThat(it.spec().minReplicaCount()).isBetween(0, it.spec().maxReplicaCount());
    }
    List<String> used = new ArrayList<>();
    serving.getEnvFrom().forEach(it -> used.add(it.getSecretRef().getName()));
    pod.getVolumes().stream()
        .filter(it -> it.getSecret() != null)
        .forEach(it -> used.add(it.getSecret().getSecretName()));
    assertThat(used)
        .containsAll(
            rendered.all(Secret.class).stream().map(it -> it.getMetadata().getName()).toList());
    for (PersistentVolumeClaim claim : rendered.all(PersistentVolumeClaim.class)) {
      assertThat(claim.getSpec().getAccessModes()).isNotEmpty();
      assertThat(pod.getVolumes())
          .filteredOn(volume -> volume.getPersistentVolumeClaim() != null)
          .extracting(volume -> volume.getPersistentVolumeClaim().getClaimName())
          .contains(claim.getMetadata().getName());
    }
  }

  private void theGracePeriodIsLongEnough() {
    long preStop =
        Long.parseLong(serving.getLifecycle().getPreStop().getExec().getCommand().get(1));
    long drain =
        serving.getEnv().stream()
            .filter(it -> it.getName().startsWith("QUARKUS_SHUTDOWN_"))
            .mapToLong(it -> Long.parseLong(it.getValue().replace("s", "")))
            .sum();

    assertThat(pod.getTerminationGracePeriodSeconds())
        .isGreaterThanOrEqualTo(preStop + drain + CLOSING_SECONDS);
  }
}
