package io.github.vanillanet.drill;

import io.github.vanillanet.base.files.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Files that processes leave. */
final class DrilledFiles {

  /** Hidden files that stay: the first model, and the copy of a model's active versions. */
  private static final Set<String> KEPT = Set.of(".default");

  private DrilledFiles() {}

  /** All files and folders, relative to the folder, which is the empty string. */
  static Set<String> all(Path folder) throws IOException {
    Set<String> files = new TreeSet<>();
    for (Path file : FolderTree.list(folder)) {
      files.add(folder.relativize(file).toString());
    }
    return files;
  }

  /** Temporary files and folders in a folder or below it. */
  static List<String> hidden(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    return all(folder).stream()
        .filter(file -> file.matches("(.*/)?[.][^/]*"))
        .filter(file -> !KEPT.contains(Path.of(file).getFileName().toString()))
        .toList();
  }
}
