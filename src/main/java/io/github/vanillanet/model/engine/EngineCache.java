package io.github.vanillanet.model.engine;

import ai.djl.util.Utils;
import io.github.vanillanet.base.files.FolderTree;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The folder in which DJL unpacks libtorch. DJL unpacks into temporary files and renames them, so a
 * process that dies leaves hundreds of megabytes behind.
 */
final class EngineCache {

  private static final Logger LOG = System.getLogger(EngineCache.class.getName());
  private static final String LOCK = ".vanillanet.lock";

  /** The names that the JDK gives to the temporary files and folders of DJL. */
  private static final Pattern TEMPORARY = Pattern.compile("(tmp|jni)[0-9]+(\\.?tmp)?");

  private EngineCache() {}

  /**
   * Deletes what other processes left, then loads, one process after the other: a process that has
   * the lock knows that no other one is unpacking. Without a writable folder it only loads.
   */
  static <T> T locked(Supplier<T> load) {
    Path cache = Utils.getEngineCacheDir("pytorch");
    Optional<FileChannel> lock = clean(cache);
    try {
      return load.get();
    } finally {
      lock.ifPresent(EngineCache::release);
    }
  }

  private static Optional<FileChannel> clean(Path cache) {
    try {
      Files.createDirectories(cache);
      FileChannel channel =
          FileChannel.open(
              cache.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        channel.lock();
        deleteTemporary(cache);
        return Optional.of(channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | OverlappingFileLockException e) { // read-only, or locked by this process
      LOG.log(Level.DEBUG, "{0} is not cleaned: {1}", cache, e);
      return Optional.empty();
    }
  }

  private static void release(FileChannel lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0}", e);
    }
  }

  private static void deleteTemporary(Path cache) throws IOException {
    for (Path file : matching(cache, TEMPORARY.asMatchPredicate())) {
      FolderTree.delete(file);
    }
    for (Path version : matching(cache, name -> Files.isDirectory(cache.resolve(name)))) {
      for (Path file : matching(version, TEMPORARY.asMatchPredicate())) {
        FolderTree.delete(file);
      }
    }
  }

  private static List<Path> matching(Path folder, Predicate<String> names) throws IOException {
    return FolderTree.entries(folder).stream()
        .filter(entry -> names.test(entry.getFileName().toString()))
        .toList();
  }
}
