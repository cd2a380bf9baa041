package io.github.vanillanet.train.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.List;
import java.util.Map;

/** The settings that are written as Kubernetes writes them, read strictly. */
record JsonSettings(
    ResourceRequirements resources,
    Map<String, String> nodeSelector,
    List<Toleration> tolerations) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if one is something else
   */
  static JsonSettings of(ClusterSettings settings) {
    ResourceRequirements resources =
        read("resources", settings.resources(), new TypeReference<ResourceRequirements>() {});
    List<Toleration> tolerations =
        read("tolerations", settings.tolerations(), new TypeReference<List<Toleration>>() {});
    refuseUnknown("resources", resources.getAdditionalProperties());
    tolerations.forEach(it -> refuseUnknown("tolerations", it.getAdditionalProperties()));
    return new JsonSettings(
        resources,
        read("node-selector", settings.nodeSelector(), new TypeReference<Map<String, String>>() {}),
        tolerations);
  }

  private static <T> T read(String name, String text, TypeReference<T> type) {
    try {
      T value = JSON.readValue(text, type);
      if (value != null) {
        return value;
      }
    } catch (JsonProcessingException e) {
      // the same answer as for null
    }
    throw new ServiceException(
        ErrorCode.BAD_CONFIGURATION,
        "%s.%s: expected JSON as in a pod's specification, found '%s'"
            .formatted(KubernetesExecutor.SETTINGS, name, text));
  }

  private static void refuseUnknown(String name, Map<String, Object> unknown) {
    if (!unknown.isEmpty()) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "%s.%s: a pod's specification has no such field: %s"
              .formatted(KubernetesExecutor.SETTINGS, name, String.join(", ", unknown.keySet())));
    }
  }
}
