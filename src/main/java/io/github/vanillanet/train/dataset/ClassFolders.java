package io.github.vanillanet.train.dataset;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads {@code folder/CLASS/*}, in the order of names and never of the file system. Hidden names
 * are passed over; a link is followed only to a place inside the root. One thread.
 */
final class ClassFolders {

  private final Path root;
  private final Findings findings;

  /**
   * @param root a real path, see {@link Path#toRealPath}
   */
  ClassFolders(Path root, Findings findings) {
    this.root = root;
    this.findings = findings;
  }

  /** Whether there is a folder of that name right under the root. */
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

  String relative(Path file) {
    return root.relativize(file).toString();
  }

  private List<ScannedFile> images(Path classFolder) throws IOException {
    List<ScannedFile> images = new ArrayList<>();
    for (Path file : sorted(classFolder)) {
      if (!isInside(file)) {
        continue;
      }
      if (Files.isDirectory(file)) {
        findings.add(Finding.Kind.NESTED_FOLDER, relative(file));
      } else if (!Files.isRegularFile(file)) { // opening a pipe would wait for ever
        findings.add(Finding.Kind.UNREADABLE_FILE, relative(file));
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
        findings.add(Finding.Kind.NOT_AN_IMAGE, relative(file));
      }
    } catch (IOException e) {
      findings.add(Finding.Kind.UNREADABLE_FILE, relative(file));
    }
  }

  private boolean isInside(Path entry) {
    try {
      if (!Files.isSymbolicLink(entry) || entry.toRealPath().startsWith(root)) {
        return true;
      }
      findings.add(Finding.Kind.OUTSIDE_ROOT, relative(entry));
    } catch (IOException e) { // a broken or circular link
      findings.add(Finding.Kind.UNREADABLE_FILE, relative(entry));
    }
    return false;
  }

  private static List<Path> sorted(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path entry : stream) {
        if (!entry.getFileName().toString().startsWith(".")) {
          entries.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    entries.sort(Comparator.comparing(entry -> entry.getFileName().toString()));
    return entries;
  }
}
