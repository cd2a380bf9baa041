package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.json.JsonReason;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Content of a version's {@code manifest.json}: how to serve the artifact, and its certificate.
 *
 * @param format of the file; 1
 * @param trained false for weights from a seed
 * @param parameters of the deployed form
 * @param macs multiply-accumulates for one image
 * @param origin where the weights come from, as text
 * @param accuracy top-1 on a test set, 0..1, if measured
 * @param trainingImages what the weights were trained on; absent for imported weights and in
 *     manifests of earlier versions
 * @param calibration of the probabilities; absent for imported weights, in manifests of earlier
 *     versions, and if there were too few validation images
 * @param domain marks images of none of the classes; absent for imported weights and in manifests
 *     of earlier versions
 */
public record Manifest(
    int format,
    String name,
    Instant created,
    boolean trained,
    Architecture architecture,
    int depth,
    long parameters,
    long macs,
    Preprocessing preprocessing,
    Precision precision,
    String origin,
    Optional<Double> accuracy,
    Optional<TrainingImages.Summary> trainingImages,
    Optional<Calibration> calibration,
    Optional<DomainHint> domain,
    Certificate certificate) {

  public static final int FORMAT = 1;

  /** Members that manifests of earlier versions lack. */
  private static final List<String> ADDED = List.of("training_images", "calibration", "domain");

  /** Members of the preprocessing that manifests of earlier versions lack. */
  private static final List<String> PICTURE_RULES = List.of("exif", "depth", "alpha");

  private static final long MAX_BYTES = 64L << 20;
  private static final ObjectMapper JSON =
      RecordJson.mapper()
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  public Manifest {
    if (architecture.inputHeight() != preprocessing.height()
        || architecture.inputWidth() != preprocessing.width()) {
      throw new IllegalArgumentException(
          "the architecture expects %dx%d pixels, the preprocessing gives %dx%d"
              .formatted(
                  architecture.inputHeight(),
                  architecture.inputWidth(),
                  preprocessing.height(),
                  preprocessing.width()));
    }
    int biases = calibration.map(Calibration::bias).map(List::size).orElse(0);
    if (biases > 0 && biases != architecture.classes()) {
      throw new IllegalArgumentException(
          "calibration: expected a bias for each of %d classes, found %d"
              .formatted(architecture.classes(), biases));
    }
  }

  Manifest trained(
      double measuredAccuracy,
      TrainingImages.Summary images,
      Optional<Calibration> fitted,
      Optional<DomainHint> hint) {
    return with(Optional.of(measuredAccuracy), Optional.of(images), fitted, hint);
  }

  /** This manifest with what was measured and fitted for the same weights. */
  Manifest withResultsOf(Manifest other) {
    return with(other.accuracy, other.trainingImages, other.calibration, other.domain);
  }

  private Manifest with(
      Optional<Double> measuredAccuracy,
      Optional<TrainingImages.Summary> images,
      Optional<Calibration> fitted,
      Optional<DomainHint> hint) {
    return new Manifest(
        format,
        name,
        created,
        trained,
        architecture,
        depth,
        parameters,
        macs,
        preprocessing,
        precision,
        origin,
        measuredAccuracy,
        images,
        fitted,
        hint,
        certificate);
  }

  /** The manifest as one line of JSON. */
  public String text() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JacksonException e) {
      throw new IllegalStateException("a manifest can always be written", e);
    }
  }

  static Manifest read(InputStream content) throws IOException {
    if (!(JSON.readTree(content) instanceof ObjectNode manifest)) { // an empty file, or null
      throw JsonMappingException.from((JsonParser) null, "expected a JSON object");
    }
    ADDED.stream().filter(member -> !manifest.has(member)).forEach(manifest::putNull);
    if (manifest.get("domain") instanceof ObjectNode hint && !hint.has("experimental")) {
      hint.putNull("auroc").put("experimental", true);
    }
    if (manifest.get("preprocessing") instanceof ObjectNode preprocessing) {
      PICTURE_RULES.stream()
          .filter(member -> !preprocessing.has(member))
          .forEach(member -> preprocessing.put(member, "official"));
    }
    return JSON.treeToValue(manifest, Manifest.class);
  }

  /**
   * @throws ServiceException {@code BAD_ARTIFACT} if the file is missing or is not a manifest
   */
  static Manifest read(Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      long bytes = Files.size(file);
      if (bytes > MAX_BYTES) {
        throw BAD_ARTIFACT.error("%s: expected at most %d bytes, found %d", file, MAX_BYTES, bytes);
      }
      Manifest manifest = read(content);
      if (manifest.format() != FORMAT) {
        throw BAD_ARTIFACT.error(
            "%s: expected format %d, found %d", file, FORMAT, manifest.format());
      }
      return manifest;
    } catch (JacksonException e) {
      throw BAD_ARTIFACT.error(e, "%s is not a manifest: %s", file, JsonReason.of(e));
    } catch (IOException e) {
      throw StoredVersion.unreadable(file, e);
    }
  }
}
