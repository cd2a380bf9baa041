package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** A model's {@code active}: a version a line, the one to serve first. */
record ActiveFile(Path model) {

  private static final String NAME = "active";

  /** Empty if there is none. Lines that are no version are passed over. */
  VersionHistory read() {
    try (var lines = Files.lines(model.resolve(NAME), StandardCharsets.ISO_8859_1)) {
      return new VersionHistory(
          lines
              .flatMapToInt(line -> ModelId.version(line.strip()).stream())
              .distinct()
              .boxed()
              .toList());
    } catch (NoSuchFileException e) {
      return VersionHistory.EMPTY;
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "%s cannot be read: %s".formatted(model.resolve(NAME), e),
          e);
    }
  }

  /** In one step. */
  void write(VersionHistory history) {
    try {
      DurableFiles.replace(
          model.resolve(NAME),
          history.versions().stream().map(v -> v + "\n").collect(Collectors.joining()));
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "%s cannot be written: %s".formatted(model.resolve(NAME), e),
          e);
    }
  }
}
