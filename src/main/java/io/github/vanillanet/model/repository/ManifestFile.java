package io.github.vanillanet.model.repository;

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
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code manifest.json}, to and from disk. Thread-safe. */
public final class ManifestFile {

  /** A manifest is mostly golden logits; nothing near this is one. */
  private static final long LARGEST = 64L << 20;

  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .addModule(new ParameterNamesModule())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE) // a variant's official name, for one
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // a typing error is no default
          .build();

  /** As one line of JSON. */
  public String text(Manifest manifest) {
    try {
      return json.writeValueAsString(manifest);
    } catch (JacksonException e) {
      throw new IllegalStateException("a manifest is always JSON", e);
    }
  }

  void write(Path file, Manifest manifest) throws IOException {
    Files.writeString(file, text(manifest) + "\n");
  }

  /**
   * @throws ServiceException {@code BAD_ARTIFACT} if it is missing or no manifest
   */
  Manifest read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ServiceException(ErrorCode.BAD_ARTIFACT, file + " is missing");
    }
    try {
      if (Files.size(file) > LARGEST) {
        throw new ServiceException(
            ErrorCode.BAD_ARTIFACT,
            "%s: expected at most %d bytes, found %d".formatted(file, LARGEST, Files.size(file)));
      }
      Manifest manifest = json.readValue(file.toFile(), Manifest.class);
      if (manifest.format() != Manifest.FORMAT) {
        throw new ServiceException(
            ErrorCode.BAD_ARTIFACT,
            "%s: expected format %d, found %d".formatted(file, Manifest.FORMAT, manifest.format()));
      }
      return manifest;
    } catch (JacksonException e) {
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT,
          "%s is no manifest: %s"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT, "%s cannot be read: %s".formatted(file, e), e);
    }
  }
}
