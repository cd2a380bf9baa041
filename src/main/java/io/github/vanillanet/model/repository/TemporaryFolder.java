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
 * Folders of a model that no reader looks at: a version before it has its name, and after it has
 * lost it. A process that dies leaves them, so whoever publishes next deletes what nobody has
 * written for a day. Several processes may work in the same folder.
 */
final class TemporaryFolder {

  private static final Logger LOG = System.getLogger(TemporaryFolder.class.getName());

  private static final Pattern NAME = Pattern.compile("\\.(publishing|deleting)-[0-9a-f-]{36}");

  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  private TemporaryFolder() {}

  /** Where a version is written before it is published; it is not there yet. */
  static Path publishing(Path model) {
    return model.resolve(".publishing-" + UUID.randomUUID());
  }

  /**
   * Takes a folder's name away in one step, so that it can be deleted in peace. The folder around
   * it is new, and so says that somebody is at it; only its owner could make it look new itself.
   *
   * @return where it is now
   */
  static Path condemn(Path folder) throws IOException {
    Path around = Files.createDirectory(folder.resolveSibling(".deleting-" + UUID.randomUUID()));
    try {
      Files.move(folder, around.resolve(folder.getFileName()));
    } catch (IOException e) {
      Files.deleteIfExists(around);
      throw e;
    }
    return around;
  }

  /** Deletes what dead processes left. What cannot be deleted stays, with a warning. */
  static void deleteAbandoned(Path model) throws IOException {
    Instant limit = Instant.now().minus(ABANDONED_AFTER);
    for (Path folder : temporary(model)) {
      try {
        if (lastWritten(folder).isBefore(limit)) {
          FolderTree.delete(condemn(folder)); // who still writes it cannot publish it then
          LOG.log(Level.INFO, "{0} is deleted: nobody has written it for a day", folder);
        }
      } catch (NoSuchFileException e) {
        // whoever else is at it was faster
      } catch (IOException e) {
        LOG.log(Level.WARNING, "{0} was left and cannot be deleted: {1}", folder, e);
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
