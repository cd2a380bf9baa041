package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes {@code manifest.json}. */
public final class ManifestFile {

  private static final long MAX_BYTES = 64L << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .addModule(new ParameterNamesModule())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private ManifestFile() {}

  /** One line of JSON. */
  public static String text(Manifest manifest) {
    try {
      return JSON.writeValueAsString(manifest);
    } catch (JacksonException e) {
      throw new IllegalStateException("a manifest can always be written", e);
    }
  }

  static void write(Path file, Manifest manifest) throws IOException {
    Files.writeString(file, text(manifest) + "\n");
  }

  static Manifest read(InputStream content) throws IOException {
    return JSON.readValue(content, Manifest.class);
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
      if (manifest.format() != Manifest.FORMAT) {
        throw BAD_ARTIFACT.error(
            "%s: expected format %d, found %d", file, Manifest.FORMAT, manifest.format());
      }
      return manifest;
    } catch (JacksonException e) {
      throw BAD_ARTIFACT.error(
          e,
          "%s is not a manifest: %s",
          file,
          e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      throw StoredVersion.unreadable(file, e);
    }
  }
}
