package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of the chart must be consistent with each other for any valid values. */
class ChartConsistencyTest {

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
    ChartRules.check(Chart.render(values));
  }

  /** Names that YAML reads as numbers, booleans or null unless they have quotes. */
  @ParameterizedTest
  @ValueSource(strings = {"1e3", "007", "true", "yes", "null"})
  void namesStayTexts(String name) throws IOException {
    String everywhere =
        """
        %sOverride: %s
        imagePullSecrets: [{name: NAME}]
        priorityClassName: NAME
        gpu: {enabled: true, runtimeClassName: NAME, nodeSelector: {a: NAME}}
        podAnnotations: {NAME: NAME}
        podLabels: {NAME: NAME}
        serviceAccount: {name: NAME, annotations: {a: NAME}}
        models:
          persistence: {enabled: true, storageClassName: NAME, accessModes: [ReadWriteMany]}
          checkpoints: {existingClaim: NAME}
          import: [{checkpoint: "007", variant: vanillanet_5, name: "1e3", key: NAME}]
        training:
          executor: kubernetes
          jobs: {existingClaim: NAME, accessModes: [ReadWriteMany]}
          data: {existingClaim: NAME}
          kubernetes: {queueName: NAME, priorityClassName: NAME, labels: {a: NAME}}
        ingress: {enabled: true, className: NAME, hosts: [NAME], paths: ["/a:b", "/#"]}
        serviceMonitor: {enabled: true, labels: {a: NAME}}
        autoscaling: {type: none, keda: {authenticationRef: NAME}}
        admin: {existingSecret: NAME, jwt: {existingSecret: NAME, key: NAME, issuer: NAME}}
        """
            .formatted(name.matches("[a-z]+") ? "fullname" : "name", '"' + nameOr(name) + '"')
            .replace("NAME", '"' + name + '"');

    ChartRules.check(Chart.render(everywhere));
    ChartRules.check(
        Chart.render(
            "autoscaling: {type: keda, keda: {authenticationRef: \"%s\"}}".formatted(name)));
  }

  private static String nameOr(String name) {
    return name.matches("[a-z]+") ? name : "true";
  }

  /** Helm reads numbers as floating-point numbers, and prints large ones with an exponent. */
  @Test
  void largeNumbersStayIntegers() throws IOException {
    ChartRules.check(
        Chart.render(
            """
            replicas: 1000000
            gpu: {enabled: true, spare: 1000000}
            podDisruptionBudget: {maxUnavailable: 1000000}
            drain: {preStopSeconds: 1000000, delaySeconds: 1000000, timeoutSeconds: 1000000}
            probes: {startup: {periodSeconds: 1000000, failureThreshold: 1000000}}
            settings: {maxPixels: 2147483647}
            """));
    ChartRules.check(
        Chart.render(
            "autoscaling: {type: keda, maxReplicas: 1000000, keda: {pollingIntervalSeconds:"
                + " 1000000}}"));
  }

  /**
   * Kubernetes replaces $(NAME) in variables and arguments, and the service ${NAME} in settings.
   * Both replace $$ by $.
   */
  @Test
  void textsWithDollarsStayAsTheyAre() throws IOException {
    Manifests rendered =
        Chart.render(
            """
            models:
              persistence: {enabled: true, accessModes: [ReadWriteMany]}
              checkpoints: {existingClaim: c}
              import: [{checkpoint: a, variant: vanillanet_5, name: x, key: $(A)}]
            training:
              executor: kubernetes
              jobs: {existingClaim: j, accessModes: [ReadWriteMany]}
              kubernetes: {annotations: {price: "$$5 ${B} $(C)"}}
            admin:
              users: [{name: a, password: "pass${word}$$"}, {name: b, password: $2y$10$abcdef}]
            """);
    PodSpec pod = rendered.only(Deployment.class).getSpec().getTemplate().getSpec();
    Map<String, String> secret = rendered.only(Secret.class).getStringData();
    String user = "QUARKUS_SECURITY_USERS_EMBEDDED_USERS_";

    assertThat(pod.getInitContainers().get(0).getCommand()).contains("$$(A)");
    String annotations =
        pod.getContainers().get(0).getEnv().stream()
            .filter(it -> it.getName().endsWith("_ANNOTATIONS"))
            .map(it -> it.getValue().replace("$$", "$")) // Kubernetes
            .findFirst()
            .orElseThrow();
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withDefaultValue("annotations", annotations)
            .withDefaultValue("a", secret.get(user + "A"))
            .withDefaultValue("b", secret.get(user + "B"))
            .build();
    assertThat(config.getConfigValue("annotations").getValue())
        .isEqualTo("{\"price\":\"$$5 ${B} $(C)\"}");
    assertThat(config.getConfigValue("a").getValue()).isEqualTo("pass${word}$$");
    assertThat(config.getConfigValue("b").getValue()).isEqualTo("$2y$10$abcdef");
  }

  @ParameterizedTest
  @CsvSource({
    "true, true-vanillanet-serving",
    "cats.v1, cats-v1-vanillanet-serving",
    "a-name-as-long-as-helm-allows-it-to-be-for-a-releas-x,"
        + " a-name-as-long-as-helm-allows-it-to-be-for-a-releas"
  })
  void everyReleaseHasAValidName(String release, String name) throws IOException {
    Manifests rendered = Chart.render(release, "autoscaling: {type: keda}");

    ChartRules.check(rendered);
    assertThat(rendered.only(Deployment.class).getMetadata().getName()).isEqualTo(name);
  }

  @Test
  void aServiceCannotBeginWithADigit() {
    assertThatThrownBy(() -> Chart.render("1e3", "{}")).hasMessageContaining("fullnameOverride");
    assertThatCode(() -> Chart.render("1e3", "fullnameOverride: cats")).doesNotThrowAnyException();
  }
}
