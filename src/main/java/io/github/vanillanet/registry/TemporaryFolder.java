package io.github.vanillanet.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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

  private static final Pattern NAME =
      Pattern.compile(
          "\\.(publishing|deleting)-\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  private TemporaryFolder() {}

  /** Where a version is written before it is published; it is not there yet. */
  static Path publishing(Path model) {
    return model.resolve(".publishing-" + UUID.randomUUID());
  }

  /**
   * Takes a version its name in one step, so that it can be deleted in peace; returns its new one.
   */
  static Path condemn(Path version) throws IOException {
    Files.setLastModifiedTime(version, FileTime.from(Instant.now())); // somebody is at it
    return Files.move(version, version.resolveSibling(".deleting-" + UUID.randomUUID()));
  }

  /** Deletes what dead processes left. What cannot be deleted stays, with a warning. */
  static void deleteAbandoned(Path model) {
    Instant limit = Instant.now().minus(ABANDONED_AFTER);
    try {
      for (Path folder : temporary(model)) {
        if (lastWritten(folder).isBefore(limit)) {
          DurableFiles.deleteTree(folder);
          LOG.log(Level.INFO, "{0} is deleted: its writer died", folder);
        }
      }
    } catch (IOException | UncheckedIOException e) { // another process may be at it, too
      LOG.log(Level.WARNING, "what was left in {0} cannot be deleted: {1}", model, e);
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
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.toList();
    }
    for (Path path : all) {
      Instant written = Files.getLastModifiedTime(path).toInstant();
      last = written.isAfter(last) ? written : last;
    }
    return last;
  }
}
