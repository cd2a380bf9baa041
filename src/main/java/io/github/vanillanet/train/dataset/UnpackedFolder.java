package io.github.vanillanet.train.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder of photos as an archive holds it. */
final class UnpackedFolder {

  private static final String TRAIN = "train";

  private UnpackedFolder() {}

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

  private static List<Path> entries(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }
}
