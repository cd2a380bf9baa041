package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.base.json.JsonReason;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What calibration images showed about a version in reduced precisions. The file {@code
 * reduced-precisions.json} beside the manifest has it, and its own digest as the last member. The
 * file can be added to a published version and replaced; the version's other files never change.
 *
 * @param format of the file; 1
 * @param artifactSha256 of the float32 artifact that was calibrated
 * @param ranges of the activations, for int8
 * @param certificates one per precision that was compared, also those that do not hold
 */
public record ReducedPrecisions(
    int format,
    String artifactSha256,
    Instant created,
    Optional<ActivationRanges> ranges,
    List<AnswerCertificate> certificates) {

  static final String FILE = "reduced-precisions.json";
  public static final int FORMAT = 1;

  private static final long MAX_BYTES = 64L << 20;
  private static final String DIGEST = ",\"sha256\":\"%s\"}";
  private static final int DIGEST_LENGTH = DIGEST.formatted("0".repeat(64)).length();
  private static final ObjectMapper JSON =
      RecordJson.mapper()
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  public ReducedPrecisions {
    certificates = List.copyOf(certificates);
  }

  public Optional<AnswerCertificate> certificate(Precision precision) {
    return certificates.stream().filter(it -> it.precision() == precision).findFirst();
  }

  /**
   * Adds the file to a published version or replaces it. Certificates of other precisions stay, so
   * that each device can be calibrated in turn.
   *
   * @return the content of the file
   * @throws ServiceException {@code BAD_CONFIGURATION} if the folder cannot be written
   */
  public ReducedPrecisions addTo(StoredVersion version) {
    ReducedPrecisions all = over(before(version));
    try {
      DurableFiles.replace(version.folder().resolve(FILE), all.text());
      return all;
    } catch (IOException e) {
      throw unwritable(version, e);
    }
  }

  /** A damaged file, or one for another artifact, is replaced. */
  private static Optional<ReducedPrecisions> before(StoredVersion version) {
    try {
      return version.reducedPrecisions();
    } catch (ServiceException e) {
      e.rethrowUnless(BAD_ARTIFACT);
      return Optional.empty();
    }
  }

  private ReducedPrecisions over(Optional<ReducedPrecisions> before) {
    List<AnswerCertificate> all = new ArrayList<>(certificates);
    before.ifPresent(
        it ->
            it.certificates.stream()
                .filter(old -> certificate(old.precision()).isEmpty())
                .forEach(all::add));
    return new ReducedPrecisions(
        format, artifactSha256, created, ranges.or(() -> before.flatMap(it -> it.ranges)), all);
  }

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if the file could not be added, because the
   *     repository is read-only
   */
  public static void requireWritable(StoredVersion version) {
    if (!Files.isWritable(version.folder())) {
      throw unwritable(version, new AccessDeniedException(version.folder().toString()));
    }
  }

  private static ServiceException unwritable(StoredVersion version, IOException e) {
    return BAD_CONFIGURATION.error(
        e,
        "%s cannot be calibrated, because its folder cannot be written: %s; calibrate a copy of the"
            + " repository that can be written",
        version.id(),
        e);
  }

  /** The content of the file: one line of JSON. */
  String text() {
    try {
      String json = JSON.writeValueAsString(this);
      String body = json.substring(0, json.length() - 1);
      return body + DIGEST.formatted(digest(body)) + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("a record can always be written", e);
    }
  }

  /**
   * Reads the file of a version.
   *
   * @param artifactSha256 of the version's artifact
   * @return empty if the version has no such file
   * @throws ServiceException {@code BAD_ARTIFACT} if it is damaged or for another artifact
   */
  static Optional<ReducedPrecisions> read(Path folder, String artifactSha256) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw BAD_ARTIFACT.error(
            "%s: expected at most %d bytes, found %d", file, MAX_BYTES, Files.size(file));
      }
      ReducedPrecisions precisions = parse(file, Files.readString(file).strip());
      if (precisions.format() != FORMAT) {
        throw BAD_ARTIFACT.error(
            "%s: expected format %d, found %d", file, FORMAT, precisions.format());
      }
      if (!precisions.artifactSha256().equals(artifactSha256)) {
        throw BAD_ARTIFACT.error(
            "%s is for the artifact %s, expected %s; calibrate this version again",
            file, precisions.artifactSha256(), artifactSha256);
      }
      return Optional.of(precisions);
    } catch (JacksonException e) {
      throw BAD_ARTIFACT.error(
          e, "%s cannot be read: %s; calibrate the version again", file, JsonReason.of(e));
    } catch (IOException e) {
      throw StoredVersion.unreadable(file, e);
    }
  }

  private static ReducedPrecisions parse(Path file, String text) throws JacksonException {
    String body = text.substring(0, Math.max(0, text.length() - DIGEST_LENGTH));
    if (!text.equals(body + DIGEST.formatted(digest(body)))) {
      throw BAD_ARTIFACT.error(
          "%s is damaged: its content does not have its SHA-256; calibrate the version again",
          file);
    }
    return JSON.readValue(body + "}", ReducedPrecisions.class);
  }

  private static String digest(String text) {
    return HexFormat.of().formatHex(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
