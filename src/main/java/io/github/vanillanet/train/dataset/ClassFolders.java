package io.github.vanillanet.train.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads {@code folder/CLASS/*} sorted by name, and collects the findings of the scan. Ignores
 * hidden names and follows links only inside the root. One thread.
 */
final class ClassFolders {

  private final Path root;
  private final Map<Finding.Kind, Finding> findings = new EnumMap<>(Finding.Kind.class);

  /**
   * @param root a real path, see {@link Path#toRealPath}
   */
  ClassFolders(Path root) {
    this.root = root;
  }

  void add(Finding.Kind kind, String example) {
    findings.merge(kind, new Finding(kind, 1, List.of(example)), Finding::plus);
  }

  List<Finding> findings() {
    return List.copyOf(findings.values());
  }

  String relative(Path file) {
    return root.relativize(file).toString();
  }

  boolean has(String name) {
    Path folder = root.resolve(name);
    return Files.isDirectory(folder) && isInside(folder);
  }

  /** Images by class name; a class without images has an empty list. */
  SortedMap<String, List<ScannedFile>> read(Path folder) throws IOException {
    SortedMap<String, List<ScannedFile>> images = new TreeMap<>();
    for (Path entry : sorted(folder)) {
      if (Files.isDirectory(entry) && isInside(entry)) {
        images.put(entry.getFileName().toString(), images(entry));
      }
    }
    return images;
  }

  private List<ScannedFile> images(Path classFolder) throws IOException {
    List<ScannedFile> images = new ArrayList<>();
    for (Path file : sorted(classFolder)) {
      if (!isInside(file)) {
        continue;
      }
      if (Files.isDirectory(file)) {
        add(Finding.Kind.NESTED_FOLDER, relative(file));
      } else if (!Files.isRegularFile(file)) { // opening a named pipe would block
        add(Finding.Kind.UNREADABLE_FILE, relative(file));
      } else {
        read(file, images);
      }
    }
    return images;
  }

  private void read(Path file, List<ScannedFile> images) {
    try {
      ScannedFile scanned = ScannedFile.read(file);
      if (scanned.image()) {
        images.add(scanned);
      } else {
        add(Finding.Kind.NOT_AN_IMAGE, relative(file));
      }
    } catch (IOException e) {
      add(Finding.Kind.UNREADABLE_FILE, relative(file));
    }
  }

  private boolean isInside(Path entry) {
    try {
      if (!Files.isSymbolicLink(entry) || entry.toRealPath().startsWith(root)) {
        return true;
      }
      add(Finding.Kind.OUTSIDE_ROOT, relative(entry));
    } catch (IOException e) { // a broken or circular link
      add(Finding.Kind.UNREADABLE_FILE, relative(entry));
    }
    return false;
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .sorted(Comparator.comparing(entry -> entry.getFileName().toString()))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
