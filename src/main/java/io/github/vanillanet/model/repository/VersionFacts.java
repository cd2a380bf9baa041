package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Facts about a version as texts, which exported files carry as their metadata. An import of such a
 * file takes labels and preprocessing from them.
 */
public record VersionFacts(Map<String, String> texts) {

  private static final String VARIANT = "variant";
  private static final String LABELS = "labels";
  private static final String PREPROCESSING = "preprocessing";

  public VersionFacts {
    texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
  }

  /** All facts of a version. Lists and records are JSON. */
  public static VersionFacts of(StoredVersion version) {
    Manifest manifest = version.manifest();
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("model", version.id().toString());
    texts.put(VARIANT, manifest.architecture().variant().officialName());
    texts.put(LABELS, RecordJson.write(version.labels()));
    texts.put(PREPROCESSING, RecordJson.write(manifest.preprocessing()));
    texts.put("artifact_sha256", manifest.certificate().artifactSha256());
    texts.put("weights_sha256", manifest.certificate().weightsSha256());
    texts.put("origin", manifest.origin());
    manifest
        .calibration()
        .ifPresent(
            calibration -> {
              texts.put("temperature", Double.toString(calibration.temperature()));
              texts.put("bias", RecordJson.write(calibration.bias()));
            });
    return new VersionFacts(texts);
  }

  Optional<Preprocessing> preprocessing() {
    return Optional.ofNullable(texts.get(PREPROCESSING))
        .flatMap(text -> RecordJson.parse(text, Preprocessing.class));
  }

  /** The labels, if there are {@code classes} of them and none is empty. */
  Optional<List<String>> labels(int classes) {
    return Optional.ofNullable(texts.get(LABELS))
        .flatMap(text -> RecordJson.parse(text, String[].class))
        .map(List::of)
        .filter(labels -> labels.size() == classes && labels.stream().noneMatch(String::isBlank));
  }

  /**
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CHECKPOINT} if the facts
   *     name another variant
   */
  void requireVariant(VanillaNetVariant variant) {
    Optional<VanillaNetVariant> named =
        Optional.ofNullable(texts.get(VARIANT)).flatMap(VanillaNetVariant::named);
    if (named.isPresent() && named.get() != variant) {
      throw BAD_CHECKPOINT.error(
          "the file's metadata names %s, expected %s",
          named.get().officialName(), variant.officialName());
    }
  }
}
