package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.files.FolderTree;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Hidden folders of a model: versions that are being published or deleted. A process that dies
 * leaves them behind; each publishing deletes those that have not been written for a day. Several
 * processes may share the repository.
 */
final class TemporaryFolder {

  private static final Logger LOG = System.getLogger(TemporaryFolder.class.getName());
  private static final Pattern NAME = Pattern.compile("\\.(publishing|deleting)-[0-9a-f-]{36}");
  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  private TemporaryFolder() {}

  static Path publishing(Path model) {
    return model.resolve(".publishing-" + UUID.randomUUID());
  }

  /**
   * Hides a folder in one step, before it is deleted. It moves into a new folder, so that its old
   * modification time does not make it look abandoned to other processes.
   *
   * @return the new folder
   */
  static Path hide(Path folder) throws IOException {
    Path around = Files.createDirectory(folder.resolveSibling(".deleting-" + UUID.randomUUID()));
    try {
      Files.move(folder, around.resolve(folder.getFileName()));
    } catch (IOException e) {
      Files.deleteIfExists(around);
      throw e;
    }
    return around;
  }

  /** Deletes abandoned folders. Logs a warning for those that cannot be deleted. */
  static void deleteAbandoned(Path model) throws IOException {
    Instant limit = Instant.now().minus(ABANDONED_AFTER);
    for (Path folder : temporary(model)) {
      try {
        if (lastWritten(folder).isBefore(limit)) {
          FolderTree.delete(hide(folder)); // once hidden, its writer cannot publish it
          LOG.log(Level.INFO, "deleted {0}, which was not written for a day", folder);
        }
      } catch (NoSuchFileException e) {
        // another process has deleted it
      } catch (IOException e) {
        LOG.log(Level.WARNING, "cannot delete the abandoned folder {0}: {1}", folder, e);
      }
    }
  }

  private static List<Path> temporary(Path model) throws IOException {
    try (Stream<Path> entries = Files.list(model)) {
      return entries
          .filter(entry -> NAME.matcher(entry.getFileName().toString()).matches())
          .filter(Files::isDirectory)
          .toList();
    }
  }

  private static Instant lastWritten(Path folder) throws IOException {
    Instant last = Instant.MIN;
    for (Path path : FolderTree.list(folder)) {
      Instant written = Files.getLastModifiedTime(path).toInstant();
      last = written.isAfter(last) ? written : last;
    }
    return last;
  }
}
