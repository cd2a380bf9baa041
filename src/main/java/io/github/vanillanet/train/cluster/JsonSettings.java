package io.github.vanillanet.train.cluster;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.github.vanillanet.base.config.KubernetesConfig;
import io.github.vanillanet.base.error.ServiceException;
import java.util.List;
import java.util.Map;

/** The settings that have the JSON form of a pod specification. Unknown fields are rejected. */
record JsonSettings(
    ResourceRequirements resources,
    Map<String, String> nodeSelector,
    List<Toleration> tolerations) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if one has another form
   */
  static JsonSettings of(KubernetesConfig settings) {
    ResourceRequirements resources =
        read("resources", settings.resources(), new TypeReference<ResourceRequirements>() {});
    List<Toleration> tolerations =
        read("tolerations", settings.tolerations(), new TypeReference<List<Toleration>>() {});
    rejectUnknown("resources", resources.getAdditionalProperties());
    tolerations.forEach(it -> rejectUnknown("tolerations", it.getAdditionalProperties()));
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
      // answered like null
    }
    throw BAD_CONFIGURATION.error(
        "%s.%s: expected JSON of the form in a pod specification, found '%s'",
        KubernetesExecutor.SETTINGS, name, text);
  }

  private static void rejectUnknown(String name, Map<String, Object> unknown) {
    if (!unknown.isEmpty()) {
      throw BAD_CONFIGURATION.error(
          "%s.%s: a pod specification has no such field: %s",
          KubernetesExecutor.SETTINGS, name, String.join(", ", unknown.keySet()));
    }
  }
}
