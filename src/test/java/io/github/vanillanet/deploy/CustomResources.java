package io.github.vanillanet.deploy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import java.util.List;
import java.util.Map;

/**
 * Kubernetes kinds of KEDA and KServe, which have no model on the class path. They contain the
 * fields that the project uses, from the API references. Other fields are rejected.
 */
final class CustomResources {

  private CustomResources() {}

  /** KEDA. */
  record ScaledObject(String apiVersion, String kind, ObjectMeta metadata, ScaledObjectSpec spec) {}

  record ScaledObjectSpec(
      ScaleTarget scaleTargetRef,
      int minReplicaCount,
      int maxReplicaCount,
      int pollingInterval,
      Advanced advanced,
      List<Trigger> triggers) {}

  record ScaleTarget(String name) {}

  record Advanced(AutoscalerConfig horizontalPodAutoscalerConfig) {}

  record AutoscalerConfig(HorizontalPodAutoscalerBehavior behavior) {}

  /** KEDA accepts only strings as metadata, whose names depend on the type. */
  record Trigger(
      String type,
      String name,
      String metricType,
      Boolean useCachedMetrics,
      Map<String, String> metadata,
      Reference authenticationRef) {

    /** Reads the metadata of a trigger of the chart strictly. */
    PrometheusTrigger prometheus() {
      return Manifests.YAML.convertValue(metadata, PrometheusTrigger.class);
    }
  }

  record PrometheusTrigger(
      String serverAddress, String query, String threshold, String ignoreNullValues) {}

  record Reference(String name, String kind) {}

  /** A model server of KServe. */
  record ClusterServingRuntime(
      String apiVersion, String kind, ObjectMeta metadata, ServingRuntimeSpec spec) {}

  record ServingRuntimeSpec(
      Map<String, String> annotations,
      List<ModelFormat> supportedModelFormats,
      List<String> protocolVersions,
      List<Container> containers,
      List<Volume> volumes,
      List<Toleration> tolerations,
      PodSecurityContext securityContext) {}

  record ModelFormat(String name, String version, Boolean autoSelect, Integer priority) {}

  /** A served model of KServe. */
  record InferenceService(
      String apiVersion, String kind, ObjectMeta metadata, InferenceServiceSpec spec) {}

  record InferenceServiceSpec(Predictor predictor) {}

  record Predictor(
      Integer minReplicas, Integer maxReplicas, Model model, List<Toleration> tolerations) {}

  record Model(
      FormatOfModel modelFormat,
      String runtime,
      String protocolVersion,
      @JsonProperty("storageUri") String storage,
      ResourceRequirements resources) {}

  record FormatOfModel(String name, String version) {}
}
