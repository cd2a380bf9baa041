package io.github.vanillanet.base.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Atomic and durable writes. After a crash, a reader finds the old content or the new content. Each
 * write forces the content to disk, renames, then forces the folder to disk.
 */
public final class DurableFiles {

  private DurableFiles() {}

  @FunctionalInterface
  public interface Content {
    void writeTo(Path file) throws IOException;
  }

  /** Replaces a file. Several processes may do so at the same time. */
  public static void replace(Path file, String content) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + "-" + OwnedName.next());
    try {
      replace(file, temporary, path -> Files.writeString(path, content));
    } finally {
      Files.deleteIfExists(temporary); // exists only after a failure
    }
  }

  /**
   * Replaces a large file that only one process writes. A crash can leave {@code FILE.partial}
   * behind, which the next write replaces.
   */
  public static void replace(Path file, Content content) throws IOException {
    replace(file, file.resolveSibling(file.getFileName() + ".partial"), content);
  }

  private static void replace(Path file, Path temporary, Content content) throws IOException {
    content.writeTo(temporary);
    force(temporary);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    forceFolder(file.toAbsolutePath().getParent());
  }

  /**
   * Renames a folder that is not empty.
   *
   * @return false if {@code target} exists already; the operating system does not replace it,
   *     provided it is not empty
   */
  public static boolean renameToNew(Path source, Path target) throws IOException {
    try {
      Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      if (e instanceof FileAlreadyExistsException || Files.exists(target)) {
        return false;
      }
      throw e;
    }
  }

  /** Forces every file in {@code folder}, then the folder itself, to disk. */
  public static void forceAll(Path folder) throws IOException {
    for (Path file : FolderTree.entries(folder)) {
      force(file);
    }
    forceFolder(folder);
  }

  /** Makes the renames in {@code folder} durable. Windows cannot open a folder. */
  public static void forceFolder(Path folder) throws IOException {
    if (!System.getProperty("os.name").startsWith("Windows")) {
      try (FileChannel channel = FileChannel.open(folder)) {
        channel.force(true);
      }
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
