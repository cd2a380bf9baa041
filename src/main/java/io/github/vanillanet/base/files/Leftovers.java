package io.github.vanillanet.base.files;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Temporary files and folders that a process left when it was killed. Their names begin with a dot
 * and end with an {@link OwnedName}. Several processes, also of other machines, may share the
 * folder that has them.
 */
public final class Leftovers {

  private static final Logger LOG = System.getLogger(Leftovers.class.getName());
  private static final Pattern NAME = Pattern.compile("\\..+-(" + OwnedName.PATTERN + ")");
  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  private Leftovers() {}

  /**
   * Deletes what was left directly in {@code folder}: at once if the process is known to have
   * ended, otherwise if it was not written for a day. Logs a warning for what cannot be deleted.
   */
  public static void delete(Path folder) throws IOException {
    for (Path path : temporary(folder)) {
      try {
        if (isLeft(path)) {
          deleteHidden(path);
          LOG.log(Level.INFO, "deleted {0}, which a process left behind", path);
        }
      } catch (NoSuchFileException e) {
        // another process has deleted it
      } catch (IOException e) {
        LOG.log(Level.WARNING, "cannot delete {0}: {1}", path, e);
      }
    }
  }

  /**
   * Hides a folder in one step, before it is deleted. It moves into a new folder, so that its old
   * modification time does not make it look abandoned to other processes.
   *
   * @return the new folder
   */
  public static Path hide(Path folder) throws IOException {
    Path around = Files.createDirectory(folder.resolveSibling(".deleting-" + OwnedName.next()));
    try {
      Files.move(folder, around.resolve(folder.getFileName()));
    } catch (IOException e) {
      Files.deleteIfExists(around);
      throw e;
    }
    return around;
  }

  private static void deleteHidden(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      FolderTree.delete(hide(path)); // once hidden, its writer cannot publish it
    } else {
      Files.deleteIfExists(path);
    }
  }

  private static List<Path> temporary(Path folder) throws IOException {
    return FolderTree.entries(folder).stream()
        .filter(entry -> NAME.matcher(entry.getFileName().toString()).matches())
        .toList();
  }

  private static boolean isLeft(Path path) throws IOException {
    Matcher name = NAME.matcher(path.getFileName().toString());
    return name.matches() && OwnedName.isOrphaned(name.group(1))
        || lastWritten(path).isBefore(Instant.now().minus(ABANDONED_AFTER));
  }

  private static Instant lastWritten(Path path) throws IOException {
    Instant last = Instant.MIN;
    for (Path file : FolderTree.list(path)) {
      Instant written = Files.getLastModifiedTime(file).toInstant();
      last = written.isAfter(last) ? written : last;
    }
    return last;
  }
}
