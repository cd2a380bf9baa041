package io.github.vanillanet.train.cluster;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.deploy.Manifests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the Kubernetes Job with its expected YAML. */
class TrainingJobTest {

  static final KubernetesSettings SETTINGS = settings("{}", "[]", "{}", 1);

  /** The same Jobs, in a queue of Kueue. */
  static final KubernetesSettings QUEUED =
      new KubernetesSettings(SETTINGS.image(), "{}", "[]", "{}", 1, "{}", Optional.of("trainings"));

  static final List<ClaimMount> CLAIMS =
      List.of(
          mount("jobs", Optional.of("jobs-claim"), "/var/lib/vanillanet", false),
          mount("models", Optional.of("models-claim"), "/models", false),
          mount("data", Optional.of("photos"), "/data", true));

  private static final String RESOURCES =
      """
      {"requests":{"cpu":"4","memory":"16Gi"},"limits":{"memory":"16Gi"}}\
      """;
  private static final String TOLERATIONS =
      """
      [{"key":"nvidia.com/gpu","operator":"Exists","effect":"NoSchedule"}]\
      """;
  private static final String NODES =
      """
      {"nvidia.com/gpu.product":"NVIDIA-L4"}\
      """;

  private static KubernetesSettings settings(
      String resources, String tolerations, String nodes, int gpus) {
    return new KubernetesSettings(
        Optional.of("registry.example/vanillanet-serving:1.0.0-gpu"),
        resources,
        tolerations,
        nodes,
        gpus,
        "{\"team\":\"vision\"}",
        Optional.empty());
  }

  private static ClaimMount mount(
      String name, Optional<String> claim, String path, boolean readOnly) {
    return new ClaimMount(name, name + "-claim", claim, Path.of(path), readOnly);
  }

  @Test
  void theJobHasExactlyTheExpectedFields() throws IOException {
    String expected =
        """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: vanillanet-training-20240101-000000-abcdef-3
          labels:
            app.kubernetes.io/name: vanillanet-training
            app.kubernetes.io/instance: cats
            app.kubernetes.io/component: training
            app.kubernetes.io/managed-by: vanillanet-serving
            vanillanet.io/training: 20240101-000000-abcdef
            team: vision
          annotations: {example.com/note: pets}
        spec:
          podReplacementPolicy: Failed
          parallelism: 1
          completions: 1
          backoffLimit: 0
          ttlSecondsAfterFinished: 86400
          activeDeadlineSeconds: 21600
          template:
            metadata:
              labels:
                app.kubernetes.io/name: vanillanet-training
                app.kubernetes.io/instance: cats
                app.kubernetes.io/component: training
                app.kubernetes.io/managed-by: vanillanet-serving
                vanillanet.io/training: 20240101-000000-abcdef
                team: vision
              annotations: {example.com/note: pets}
            spec:
              priorityClassName: batch
              terminationGracePeriodSeconds: 120
              restartPolicy: Never
              serviceAccountName: trainer
              automountServiceAccountToken: false
              enableServiceLinks: false
              imagePullSecrets: [{name: registry-login}]
              runtimeClassName: nvidia
              nodeSelector: {nvidia.com/gpu.product: NVIDIA-L4}
              tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]
              securityContext:
                runAsNonRoot: true
                runAsUser: 1000
                runAsGroup: 1000
                fsGroup: 1000
                fsGroupChangePolicy: OnRootMismatch
                seccompProfile: {type: RuntimeDefault}
              containers:
                - name: training
                  image: registry.example/vanillanet-serving:1.0.0-gpu
                  imagePullPolicy: IfNotPresent
                  command: [java, -jar, x.jar, train, --job, /jobs/1]
                  terminationMessagePolicy: FallbackToLogsOnError
                  resources:
                    requests: {cpu: "4", memory: 16Gi, nvidia.com/mig-2g.20gb: "1"}
                    limits: {memory: 16Gi, nvidia.com/mig-2g.20gb: "1"}
                  securityContext:
                    allowPrivilegeEscalation: false
                    readOnlyRootFilesystem: true
                    capabilities: {drop: [ALL]}
                  volumeMounts:
                    - {name: jobs, mountPath: /var/lib/vanillanet}
                    - {name: models, mountPath: /models}
                    - {name: data, mountPath: /data, readOnly: true}
                    - {name: tmp, mountPath: /tmp}
              volumes:
                - {name: jobs, persistentVolumeClaim: {claimName: jobs-claim}}
                - {name: models, persistentVolumeClaim: {claimName: models-claim}}
                - {name: data, persistentVolumeClaim: {claimName: photos, readOnly: true}}
                - {name: tmp, emptyDir: {}}
        """;

    Job job =
        new TrainingJob(settings(RESOURCES, TOLERATIONS, NODES, 1), CLAIMS)
            .of(
                "20240101-000000-abcdef",
                3,
                List.of("java", "-jar", "x.jar", "train", "--job", "/jobs/1"));

    String body = Serialization.asJson(job);
    assertThat(Manifests.YAML.readTree(body)).isEqualTo(Manifests.YAML.readTree(expected));
    assertThat(Manifests.parse(body).only(Job.class)).isEqualTo(job);
  }

  @Test
  void withoutGpusTheJobTrainsOnTheCpu() {
    Job job =
        new TrainingJob(settings(RESOURCES, "[]", "{}", 0), CLAIMS).of("id", 1, List.of("java"));

    assertThat(
            job.getSpec().getTemplate().getSpec().getContainers().get(0).getResources().getLimits())
        .containsOnlyKeys("memory");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "lots                       | []                  | {}   | resources",
        "{\"limit\":{\"cpu\":\"1\"}}| []                  | {}   | limit",
        "{}                         | {}                  | {}   | tolerations",
        "{}                         | [{\"keys\":\"gpu\"}]| {}   | keys",
        "{}                         | []                  | [1]  | node-selector",
        "{}                         | []                  | null | node-selector",
      })
  void invalidJsonSettingsAreRejectedWithTheirName(
      String resources, String tolerations, String nodes, String named) {
    assertThatThrownBy(() -> new TrainingJob(settings(resources, tolerations, nodes, 1), CLAIMS))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContaining("vanillanet.training.kubernetes")
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"app.kubernetes.io/name\":\"mine\"}",
        "{\"vanillanet.io/training\":\"1\"}",
        "{\"kueue.x-k8s.io/queue-name\":\"q\"}",
        "[\"a\"]"
      })
  void labelsOfTheServiceCannotBeReplaced(String labels) {
    KubernetesSettings settings =
        new KubernetesSettings(
            SETTINGS.image(), "{}", "[]", "{}", 1, labels, Optional.of("trainings"));

    assertThatThrownBy(() -> new TrainingJob(settings, CLAIMS))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContaining("labels");
  }

  @Test
  void aJobInAQueueIsCreatedSuspendedAndOnlyTheJobHasTheLabel() {
    Job job = new TrainingJob(QUEUED, CLAIMS).of("id", 1, List.of("java"));

    assertThat(job.getSpec().getSuspend()).isTrue();
    assertThat(job.getMetadata().getLabels())
        .containsEntry("kueue.x-k8s.io/queue-name", "trainings");
    assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
        .as("Kueue would also manage the pod by itself")
        .doesNotContainKey("kueue.x-k8s.io/queue-name");
  }

  @Test
  void aMissingImageOrClaimIsRejectedWithTheNameOfTheSetting() {
    KubernetesSettings noImage =
        new KubernetesSettings(Optional.empty(), "{}", "[]", "{}", 1, "{}", Optional.empty());
    List<ClaimMount> noClaim = List.of(mount("jobs", Optional.empty(), "/jobs", false));

    assertThatThrownBy(() -> new KubernetesExecutor(noImage, CLAIMS, folder -> List.of()).check())
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageStartingWith("vanillanet.training.kubernetes.image: ")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> new KubernetesExecutor(SETTINGS, noClaim, folder -> List.of()).check())
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageStartingWith("vanillanet.training.kubernetes.jobs-claim: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aMissingClusterIsReportedInOneLine() {
    String property = Config.KUBERNETES_KUBECONFIG_FILE;
    String before = System.getProperty(property);
    System.setProperty(property, "/nonexistent/kubeconfig");
    try (KubernetesExecutor executor =
        new KubernetesExecutor(SETTINGS, CLAIMS, folder -> List.of())) {
      assertThatThrownBy(executor::check)
          .has(code(ErrorCode.BAD_CONFIGURATION))
          .hasMessageContaining("vanillanet.training.executor")
          .hasMessageNotContaining("\n");
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }
}
