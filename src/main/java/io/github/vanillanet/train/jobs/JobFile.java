package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A text or JSON file of a job, which is replaced atomically. Methods throw {@link
 * ServiceException} {@code BAD_CONFIGURATION} if it cannot be read or written.
 */
record JobFile(Path path) {

  static ServiceException unusable(Path file, IOException e) {
    return BAD_CONFIGURATION.error(e, "%s cannot be read or written: %s", file, e);
  }

  boolean exists() {
    return Files.exists(path);
  }

  /** Reads JSON; empty if the file is absent, or if {@code type} cannot hold it. */
  <T> Optional<T> read(Class<T> type) {
    return readText().flatMap(text -> RecordJson.parse(text, type));
  }

  void write(Object content) {
    writeText(RecordJson.write(content) + "\n");
  }

  /** Empty if the file is absent. */
  Optional<String> readText() {
    try {
      return Optional.of(Files.readString(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  void writeText(String content) {
    try {
      DurableFiles.replace(path, content);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }
}
