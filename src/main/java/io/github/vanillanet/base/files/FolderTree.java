package io.github.vanillanet.base.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** A folder with everything in it. Does not follow links. */
public final class FolderTree {

  private FolderTree() {}

  /** All paths, each folder before its content. */
  public static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.toList();
    } catch (UncheckedIOException e) { // another process deletes it
      throw e.getCause();
    }
  }

  /** The paths directly in the folder. */
  public static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (UncheckedIOException e) { // a network file system fails while it is read
      throw e.getCause();
    }
  }

  /** Deletes the folder and its content. Does nothing if the folder does not exist. */
  public static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      List<Path> paths = new ArrayList<>(list(folder));
      Collections.reverse(paths);
      for (Path path : paths) {
        Files.deleteIfExists(path);
      }
    }
  }
}
