package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of the chart must be consistent with each other for any valid values. */
class ChartConsistencyTest {

  private static final int CLOSING_SECONDS = 10;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "gpu: {enabled: true}",
        "{gpu: {enabled: true, count: 4, spare: 4, runtimeClassName: nvidia}, replicas: 2}",
        "gpu: {enabled: true, resourceName: nvidia.com/mig-2g.20gb}",
        "{gpu: {enabled: true}, replicas: 3, image: {repository: r.example/x, digest:"
            + " 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}}",
        "gpu: {enabled: true, resourceName: nvidia.com/gpu.shared, spare: 1, tolerations: []}",
        "{fullnameOverride: dogs, service: {type: LoadBalancer, port: 8443}, podLabels: {a: b}}",
        "nameOverride: a-name-that-is-as-long-as-the-chart-allows-it-to-be",
        "{autoscaling: {type: keda, minReplicas: 2, keda: {authenticationRef: login}}, replicas:"
            + " 7}",
        "{autoscaling: {type: keda, minReplicas: 0, keda: {triggers: [{type: prometheus, metadata:"
            + " {query:"
            + " 'sum(rate(nginx_ingress_controller_requests{service=\"cats-vanillanet-serving\"}[1m]))',"
            + " threshold: '5', serverAddress: 'http://p'}}]}}}",
        "{tracing: {enabled: true, endpoint: 'http://collector.monitoring:4317', peers:"
            + " [{namespaceSelector: {}}]}, networkPolicy: {egress: [{ports: [{port: 443}]}]}}",
        "{gpu: {enabled: true, count: 2, spare: 1}, autoscaling: {type: keda, minReplicas: 2},"
            + " tracing: {enabled: true, endpoint: 'http://[::1]:4317'}}",
        "{settings: {batching: null, groups: {a: [x]}, training: {heap: 4g}}, training:"
            + " {kubernetes: null}, resources: {requests: {cpu: 500m}, limits: {memory: 3Gi,"
            + " ephemeral-storage: 1Gi}}}",
        "{extraInitContainers: [{name: fetch, image: 'fetch:1', volumeMounts: [{name: models,"
            + " mountPath: /m}]}], resources: {limits: {cpu: null}}}",
        "{autoscaling: {type: hpa}, models: {persistence: {enabled: true, accessModes:"
            + " [ReadWriteMany]}}}",
        "ingress: {enabled: true, hosts: [a.example, '*.b.example'], tls: [{secretName: t, hosts:"
            + " [a.example]}]}",
        "{admin: {users: [{name: alice, password: long enough}], jwt: {publicKey: '-----BEGIN"
            + " PUBLIC KEY-----x'}}}",
        "{admin: {existingSecret: users, jwt: {existingSecret: signer, key: key.pem}}}",
        "{networkPolicy: {enabled: false}, podDisruptionBudget: {enabled: false}, serviceAccount:"
            + " {create: false}}",
        "{networkPolicy: {from: [{podSelector: {matchLabels: {a: b}}}]}, serviceMonitor: {enabled:"
            + " true}}",
        "models: {persistence: {enabled: true, existingClaim: mine, readOnly: true, accessModes:"
            + " [ReadOnlyMany]}}",
        "models: {persistence: {enabled: true}, checkpoints: {existingClaim: c}, import:"
            + " [{checkpoint: a.pth, variant: vanillanet_5, name: x}, {checkpoint: b/c.pth,"
            + " variant: vanillanet_9, name: why, key: model, inputSize: 160x192}]}",
        "{drain: {preStopSeconds: 1, delaySeconds: 0, timeoutSeconds: 1},"
            + " terminationGracePeriodSeconds: 300}",
        "{extraEnv: [{name: VANILLANET_HEALTH_HANG_LIMIT, value: 3S}], extraVolumes: [{name: e,"
            + " emptyDir: {}}], extraVolumeMounts: [{name: e, mountPath: /e}]}",
        "{models: {persistence: {enabled: true, accessModes: [ReadWriteMany]}}, training:"
            + " {executor: kubernetes, jobs: {existingClaim: j, accessModes: [ReadWriteMany]},"
            + " data: {existingClaim: d}, kubernetes: {image: 'mine:1'}}}",
      })
  void renderedObjectsAreConsistent(String values) throws IOException {
    Manifests rendered = Chart.render(values);
    Deployment deployment = rendered.only(Deployment.class);
    PodSpec pod = deployment.getSpec().getTemplate().getSpec();
    Container serving = pod.getContainers().get(0);

    namesAreUniqueAndValid(rendered);
    selectorsMatchThePods(rendered, deployment);
    portsExist(rendered, serving);
    mountsHaveVolumesAndClaimsExist(rendered, pod);
    variablesAreKnownAndUnique(serving);
    requestsAreAtMostTheLimits(pod);
    referencesExist(rendered, deployment);
    theGracePeriodIsLongEnough(pod, serving);
    extendedResourcesHaveEqualRequestsAndLimits(pod);
  }

  private static void namesAreUniqueAndValid(Manifests rendered) {
    List<String> names = new ArrayList<>();
    for (Object object : rendered.objects()) {
      if (object instanceof HasMetadata named) {
        names.add(named.getKind() + '/' + named.getMetadata().getName());
        assertThat(named.getMetadata().getName()).matches("[a-z][a-z0-9-]{0,61}[a-z0-9]");
        assertThat(named.getMetadata().getLabels().values())
            .allMatch(value -> value.matches("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"));
      }
    }
    assertThat(names).doesNotHaveDuplicates();
  }

  private static void selectorsMatchThePods(Manifests rendered, Deployment deployment) {
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

  private static void portsExist(Manifests rendered, Container serving) {
    List<String> ports = serving.getPorts().stream().map(ContainerPort::getName).toList();
    List<String> offered = new ArrayList<>();
    rendered
        .only(Service.class)
        .getSpec()
        .getPorts()
        .forEach(
            port -> {
              assertThat(ports).contains(port.getTargetPort().getStrVal());
              offered.add(port.getName());
            });
    for (Probe probe :
        List.of(
            serving.getStartupProbe(), serving.getLivenessProbe(), serving.getReadinessProbe())) {
      assertThat(ports).contains(probe.getHttpGet().getPort().getStrVal());
    }
    rendered
        .all(ServiceMonitor.class)
        .forEach(it -> assertThat(offered).contains(it.getSpec().getEndpoints().get(0).getPort()));
    rendered.all(Ingress.class).stream()
        .flatMap(it -> it.getSpec().getRules().stream())
        .flatMap(rule -> rule.getHttp().getPaths().stream())
        .map(path -> path.getBackend().getService())
        .forEach(
            backend -> {
              assertThat(backend.getName())
                  .isEqualTo(rendered.only(Service.class).getMetadata().getName());
              assertThat(offered).contains(backend.getPort().getName());
            });
    rendered.all(NetworkPolicy.class).stream()
        .flatMap(it -> it.getSpec().getIngress().stream())
        .flatMap(rule -> rule.getPorts().stream())
        .forEach(port -> assertThat(ports).contains(port.getPort().getStrVal()));
  }

  private static void mountsHaveVolumesAndClaimsExist(Manifests rendered, PodSpec pod) {
    List<String> volumes = pod.getVolumes().stream().map(Volume::getName).toList();
    assertThat(volumes).doesNotHaveDuplicates();
    containers(pod)
        .filter(container -> container.getImage().contains("vanillanet-serving"))
        .forEach(
            container -> {
              assertThat(container.getVolumeMounts())
                  .extracting(VolumeMount::getMountPath)
                  .doesNotHaveDuplicates()
                  .contains("/tmp", "/models", "/var/lib/vanillanet");
              assertThat(volumes)
                  .containsAll(
                      container.getVolumeMounts().stream().map(VolumeMount::getName).toList());
              assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
            });
    for (PersistentVolumeClaim claim : rendered.all(PersistentVolumeClaim.class)) {
      assertThat(pod.getVolumes())
          .anyMatch(
              volume ->
                  volume.getPersistentVolumeClaim() != null
                      && volume
                          .getPersistentVolumeClaim()
                          .getClaimName()
                          .equals(claim.getMetadata().getName()));
    }
  }

  private static void variablesAreKnownAndUnique(Container serving) {
    assertThat(serving.getEnv())
        .extracting(EnvVar::getName)
        .doesNotHaveDuplicates()
        .allMatch(Settings::isKnownOrUnrelated);
  }

  private static void referencesExist(Manifests rendered, Deployment deployment) {
    PodSpec pod = deployment.getSpec().getTemplate().getSpec();
    String name = deployment.getMetadata().getName();
    rendered
        .all(ServiceAccount.class)
        .forEach(
            it -> assertThat(pod.getServiceAccountName()).isEqualTo(it.getMetadata().getName()));
    rendered
        .all(HorizontalPodAutoscaler.class)
        .forEach(it -> assertThat(it.getSpec().getScaleTargetRef().getName()).isEqualTo(name));
    rendered
        .all(CustomResources.ScaledObject.class)
        .forEach(it -> assertThat(it.spec().scaleTargetRef().name()).isEqualTo(name));
    List<String> used = new ArrayList<>();
    pod.getContainers().get(0).getEnvFrom().forEach(it -> used.add(it.getSecretRef().getName()));
    pod.getVolumes().stream()
        .filter(it -> it.getSecret() != null)
        .forEach(it -> used.add(it.getSecret().getSecretName()));
    assertThat(used)
        .containsAll(
            rendered.all(Secret.class).stream().map(it -> it.getMetadata().getName()).toList());
  }

  private static void theGracePeriodIsLongEnough(PodSpec pod, Container serving) {
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

  private static void extendedResourcesHaveEqualRequestsAndLimits(PodSpec pod) {
    containers(pod)
        .forEach(
            container -> {
              if (container.getResources() == null) {
                return; // an extra container
              }
              Map<String, Quantity> limits = container.getResources().getLimits();
              Map<String, Quantity> requests = container.getResources().getRequests();
              limits.keySet().stream()
                  .filter(resource -> resource.contains("/"))
                  .forEach(it -> assertThat(requests.get(it)).isEqualTo(limits.get(it)));
            });
  }

  private static void requestsAreAtMostTheLimits(PodSpec pod) {
    containers(pod)
        .filter(container -> container.getResources() != null)
        .forEach(
            container ->
                container
                    .getResources()
                    .getLimits()
                    .forEach(
                        (name, limit) ->
                            assertThat(
                                    container
                                        .getResources()
                                        .getRequests()
                                        .getOrDefault(name, limit)
                                        .getNumericalAmount())
                                .as(container.getName() + ' ' + name)
                                .isLessThanOrEqualTo(limit.getNumericalAmount())));
  }

  private static Stream<Container> containers(PodSpec pod) {
    return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
  }
}
