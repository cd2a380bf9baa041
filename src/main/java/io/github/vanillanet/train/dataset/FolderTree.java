package io.github.vanillanet.train.dataset;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/** Looks at, and removes, a folder that this package has just written itself. */
final class FolderTree {

  private static final String TRAIN = "train";

  private FolderTree() {}

  /**
   * The folder that holds {@code train/} or the class folders: {@code folder}, or the one folder in
   * it if people packed that one.
   */
  static Path unwrapped(Path folder) throws IOException {
    List<Path> entries = entries(folder);
    if (entries.size() != 1 || entries.get(0).endsWith(TRAIN)) {
      return folder;
    }
    List<Path> inner = entries(entries.get(0));
    boolean foldersOnly = !inner.isEmpty() && inner.stream().allMatch(Files::isDirectory);
    boolean parted = Files.isDirectory(entries.get(0).resolve(TRAIN));
    return foldersOnly || parted ? entries.get(0) : folder;
  }

  /** Deletes the folder with all that is in it; follows no link. Nothing if it is gone. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static List<Path> entries(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }
}
