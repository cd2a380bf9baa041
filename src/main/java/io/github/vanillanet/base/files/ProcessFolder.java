package io.github.vanillanet.base.files;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The folder for the temporary files of one process and of the libraries in it. The process holds a
 * lock on {@code FOLDER.lock} and loses it when it ends in any way. The next process deletes every
 * folder without a locked file.
 */
public final class ProcessFolder implements AutoCloseable {

  private static final Logger LOG = System.getLogger(ProcessFolder.class.getName());
  private static final Pattern NAME = Pattern.compile("vanillanet-[0-9a-f-]{36}");
  private static final String LOCK = ".lock";

  private final Path folder;
  private final Path lock;
  private final FileChannel channel;

  private ProcessFolder(Path folder, Path lock, FileChannel channel) {
    this.folder = folder;
    this.lock = lock;
    this.channel = channel;
  }

  /**
   * Creates the folder of this process in the folder for temporary files, and from now on uses it
   * in its place. Call this before a library creates a temporary file. The service itself uses
   * {@link TemporaryFiles}, because the JDK reads the setting only once.
   *
   * @return empty if the folder cannot be created; the temporary files then stay where they were
   */
  public static Optional<ProcessFolder> use() {
    Path parent = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    try {
      deleteAbandoned(parent); // first, because it would release this process's lock
      ProcessFolder own = create(parent);
      System.setProperty("java.io.tmpdir", own.folder.toString());
      System.setProperty("jna.tmpdir", own.folder.toString());
      return Optional.of(own);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "there is no folder for temporary files in {0}: {1}", parent, e);
      return Optional.empty();
    }
  }

  /** Locks first, so that no other process sees the folder without a locked file. */
  static ProcessFolder create(Path parent) throws IOException {
    while (true) {
      Path folder = parent.resolve("vanillanet-" + UUID.randomUUID());
      Path lock = parent.resolve(folder.getFileName() + LOCK);
      FileChannel channel =
          FileChannel.open(lock, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (channel.tryLock() != null && Files.exists(lock)) {
        Files.createDirectory(folder, permissions(parent));
        return new ProcessFolder(folder, lock, channel);
      }
      channel.close(); // another process has found the file before it was locked
    }
  }

  /** Only this user may look into the folder. */
  private static FileAttribute<?>[] permissions(Path parent) {
    return parent.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  Path folder() {
    return folder;
  }

  /**
   * Deletes the folders of processes that have ended. Leaves those of other users alone. A process
   * that has a folder must not call this: closing any channel of a file releases all locks that the
   * process holds on it.
   */
  static void deleteAbandoned(Path parent) throws IOException {
    for (String name : names(parent)) {
      Path lock = parent.resolve(name + LOCK);
      try (FileChannel channel =
          FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (channel.tryLock() != null) {
          FolderTree.delete(parent.resolve(name));
          Files.deleteIfExists(lock);
        }
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot delete {0}: {1}", parent.resolve(name), e);
      }
    }
  }

  private static List<String> names(Path parent) throws IOException {
    return FolderTree.entries(parent).stream()
        .map(entry -> entry.getFileName().toString().replaceFirst("\\.lock$", ""))
        .filter(name -> NAME.matcher(name).matches())
        .distinct()
        .toList();
  }

  /** Deletes the folder. */
  @Override
  public void close() {
    try {
      FolderTree.delete(folder);
      Files.deleteIfExists(lock);
      channel.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot delete {0}: {1}", folder, e);
    }
  }
}
