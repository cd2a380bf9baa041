package io.github.vanillanet.train.cluster;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.github.vanillanet.base.config.KubernetesConfig;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Builds the Kubernetes Job of one attempt at a training. */
final class TrainingJob {

  static final String CONTAINER = "training";

  /** Label of the Job and its pod. Its value is the training's id. */
  static final String ID_LABEL = "vanillanet.io/training";

  /** Label by which Kueue finds the queue of a Job. */
  private static final String QUEUE_LABEL = "kueue.x-k8s.io/queue-name";

  private static final String APPLICATION = "vanillanet-training";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The fields that no setting changes. The service decides whether to resume, so the backoff limit
   * is 0. A suspended Job that is resumed gets a new pod, but only after the old one has ended:
   * both would work on the same folder. The policy of the termination message adds the end of the
   * log to the pod's status, which the service may read.
   */
  private static final String TEMPLATE =
      """
      metadata: {}
      spec:
        parallelism: 1
        completions: 1
        backoffLimit: 0
        podReplacementPolicy: Failed
        template:
          metadata: {}
          spec:
            restartPolicy: Never
            automountServiceAccountToken: false
            enableServiceLinks: false
            securityContext:
              runAsNonRoot: true
              runAsUser: 1000
              runAsGroup: 1000
              fsGroup: 1000
              fsGroupChangePolicy: OnRootMismatch
              seccompProfile: {type: RuntimeDefault}
            containers:
              - name: training
                terminationMessagePolicy: FallbackToLogsOnError
                securityContext:
                  allowPrivilegeEscalation: false
                  readOnlyRootFilesystem: true
                  capabilities: {drop: [ALL]}
                volumeMounts: [{name: tmp, mountPath: /tmp}]
            volumes: [{name: tmp, emptyDir: {}}]
      """;

  private final KubernetesConfig settings;
  private final List<ClaimMount> claims;
  private final ResourceRequirements resources;
  private final Map<String, String> nodeSelector;
  private final List<Toleration> tolerations;
  private final Map<String, String> ownLabels;
  private final Map<String, String> labels;
  private final Map<String, String> annotations;

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if a setting is not JSON of the form in a
   *     pod specification, has an unknown field, or replaces a label of the service
   */
  TrainingJob(KubernetesConfig settings, List<ClaimMount> claims) {
    this.settings = settings;
    this.claims = claims;
    this.resources = read("resources", settings.resources(), new TypeReference<>() {});
    this.nodeSelector = read("node-selector", settings.nodeSelector(), new TypeReference<>() {});
    this.tolerations = read("tolerations", settings.tolerations(), new TypeReference<>() {});
    this.ownLabels =
        Map.of(
            // differs from the service's name, so that its Service sends no requests to the pod
            "app.kubernetes.io/name",
            APPLICATION,
            "app.kubernetes.io/instance",
            settings.instance(),
            "app.kubernetes.io/component",
            "training",
            "app.kubernetes.io/managed-by",
            "vanillanet-serving");
    this.labels = read("labels", settings.labels(), new TypeReference<>() {});
    this.annotations = read("annotations", settings.annotations(), new TypeReference<>() {});
    rejectReserved();
    rejectUnknown("resources", resources.getAdditionalProperties());
    tolerations.forEach(it -> rejectUnknown("tolerations", it.getAdditionalProperties()));
  }

  private static <T> T read(String name, String text, TypeReference<T> type) {
    try {
      T value = JSON.readValue(text, type);
      if (value != null) {
        return value;
      }
    } catch (JsonProcessingException e) {
      // answered like null
    }
    throw BAD_CONFIGURATION.error(
        "%s.%s: expected JSON of the form in a pod specification, found '%s'",
        KubernetesExecutor.SETTINGS, name, text);
  }

  private void rejectReserved() {
    for (String name : labels.keySet()) {
      if (ownLabels.containsKey(name) || name.equals(ID_LABEL) || name.equals(QUEUE_LABEL)) {
        throw BAD_CONFIGURATION.error(
            "%s.labels: the service sets the label %s; remove it (queue-name names a queue)",
            KubernetesExecutor.SETTINGS, name);
      }
    }
  }

  private static void rejectUnknown(String name, Map<String, Object> unknown) {
    if (!unknown.isEmpty()) {
      throw BAD_CONFIGURATION.error(
          "%s.%s: a pod specification has no such field: %s",
          KubernetesExecutor.SETTINGS, name, String.join(", ", unknown.keySet()));
    }
  }

  /** Each attempt has its own name, so that none is created twice. */
  static String name(String id, int attempt) {
    return "%s-%s-%d".formatted(APPLICATION, id, attempt);
  }

  /**
   * @param command of the container, instead of the image's entry point
   */
  Job of(String id, int attempt, List<String> command) {
    Job job = Serialization.unmarshal(TEMPLATE, Job.class);
    ObjectMeta pod = job.getSpec().getTemplate().getMetadata();
    for (ObjectMeta metadata : List.of(job.getMetadata(), pod)) {
      metadata.getLabels().putAll(labels);
      metadata.getLabels().putAll(ownLabels);
      metadata.getLabels().put(ID_LABEL, id);
      metadata.getAnnotations().putAll(annotations);
    }
    settings.queueName().ifPresent(it -> job.getMetadata().getLabels().put(QUEUE_LABEL, it));
    job.getMetadata().setName(name(id, attempt));
    if (settings.suspend().orElse(settings.queueName().isPresent())) {
      job.getSpec().setSuspend(true);
    }
    job.getSpec().setTtlSecondsAfterFinished((int) settings.keepFinished().toSeconds());
    settings.deadline().map(Duration::toSeconds).ifPresent(job.getSpec()::setActiveDeadlineSeconds);
    complete(job.getSpec().getTemplate().getSpec(), command);
    return job;
  }

  private void complete(PodSpec pod, List<String> command) {
    settings.serviceAccount().ifPresent(pod::setServiceAccountName);
    settings.runtimeClass().ifPresent(pod::setRuntimeClassName);
    settings
        .imagePullSecrets()
        .ifPresent(
            it -> pod.setImagePullSecrets(it.stream().map(LocalObjectReference::new).toList()));
    settings.priorityClass().ifPresent(pod::setPriorityClassName);
    pod.setTerminationGracePeriodSeconds(settings.stopGrace().toSeconds());
    pod.setNodeSelector(nodeSelector);
    pod.setTolerations(tolerations);
    Container container = pod.getContainers().get(0);
    container.setImage(settings.image().orElseThrow());
    container.setImagePullPolicy(settings.imagePullPolicy());
    container.setCommand(command);
    container.setResources(withDevices());
    for (int i = 0; i < claims.size(); i++) { // before the temporary folder
      mount(claims.get(i), i, pod, container);
    }
  }

  /** Kubernetes requires equal requests and limits for the GPU. */
  private ResourceRequirements withDevices() {
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

  private static void mount(ClaimMount mount, int index, PodSpec pod, Container container) {
    container
        .getVolumeMounts()
        .add(
            index,
            new VolumeMountBuilder()
                .withName(mount.name())
                .withMountPath(mount.path().toString())
                .withReadOnly(mount.readOnly() ? true : null)
                .build());
    pod.getVolumes()
        .add(
            index,
            new VolumeBuilder()
                .withName(mount.name())
                .withNewPersistentVolumeClaim()
                .withClaimName(mount.claim().orElseThrow())
                .withReadOnly(mount.readOnly() ? true : null)
                .endPersistentVolumeClaim()
                .build());
  }
}
