package io.github.vanillanet.model.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** The steps of a write that survives a crash: force the content, rename, force the folder. */
final class DurableFiles {

  private DurableFiles() {}

  /** Forces every file in {@code folder}, then the folder itself, to disk. */
  static void force(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.toList();
    }
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    forceFolder(folder);
  }

  /** Makes a rename in {@code folder} durable, where the platform can open a folder at all. */
  static void forceFolder(Path folder) throws IOException {
    if (System.getProperty("os.name").startsWith("Windows")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Renames a folder in one step. Published folders are never empty, so the operating system
   * refuses to replace one.
   *
   * @return false if {@code target} exists
   */
  static boolean renameToNew(Path source, Path target) throws IOException {
    try {
      Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      return false;
    } catch (IOException e) {
      if (Files.exists(target)) {
        return false;
      }
      throw e;
    }
  }

  /** Gives {@code file} a new content in one step. */
  static void replace(Path file, String content) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + "-" + UUID.randomUUID());
    try {
      Files.writeString(temporary, content);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(file.toAbsolutePath().getParent());
    } finally {
      Files.deleteIfExists(temporary); // gone already if it was renamed
    }
  }

  /** Deletes a folder that nothing is in. */
  static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // as it should be after a success
    }
  }

  static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all = tree(folder);
    for (int last = all.size() - 1; last >= 0; last--) {
      Files.deleteIfExists(all.get(last));
    }
  }

  /** A folder and all that is in it, each folder before what it holds. */
  static List<Path> tree(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.toList();
    } catch (UncheckedIOException e) { // somebody else deletes it
      throw e.getCause();
    }
  }
}
