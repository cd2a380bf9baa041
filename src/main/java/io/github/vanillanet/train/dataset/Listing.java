package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.files.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The visible entries of folders, sorted by name. Reports hidden files, and follows links only
 * inside the root. Reads each folder once. One thread.
 */
final class Listing {

  /** Files and folders that operating systems add, in lower case. */
  private static final Set<String> OF_THE_SYSTEM = Set.of("__macosx", "thumbs.db", "desktop.ini");

  private final Path root;
  private final Findings findings;
  private final Map<Path, Entries> read = new HashMap<>();

  record Entries(List<Path> folders, List<Path> files) {

    boolean isEmpty() {
      return folders.isEmpty() && files.isEmpty();
    }
  }

  /**
   * @param root a real path
   */
  Listing(Path root, Findings findings) {
    this.root = root;
    this.findings = findings;
  }

  Entries of(Path folder) throws IOException {
    if (!read.containsKey(folder)) {
      read.put(folder, list(folder));
    }
    return read.get(folder);
  }

  /** All visible files in the folder and below it. Does not enter links to folders. */
  List<Path> filesBelow(Path folder) throws IOException {
    Entries entries = of(folder);
    List<Path> files = new ArrayList<>(entries.files());
    for (Path child : entries.folders()) {
      if (!Files.isSymbolicLink(child)) { // it may lead back to this folder
        files.addAll(filesBelow(child));
      }
    }
    return files;
  }

  private Entries list(Path folder) throws IOException {
    Entries entries = new Entries(new ArrayList<>(), new ArrayList<>());
    List<Path> children = new ArrayList<>(FolderTree.entries(folder));
    children.sort(Comparator.comparing(Listing::name));
    for (Path child : children) {
      if (isHidden(name(child))) {
        hide(child);
      } else if (isInside(child)) {
        if (Files.isDirectory(child)) {
          entries.folders().add(child);
        } else if (Files.isRegularFile(child)) {
          entries.files().add(child);
        } else { // opening a named pipe would block
          findings.drop(child, Finding.Kind.UNREADABLE_FILE, "not a regular file");
        }
      }
    }
    return entries;
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static boolean isHidden(String name) {
    return name.startsWith(".") || OF_THE_SYSTEM.contains(name.toLowerCase(Locale.ROOT));
  }

  private void hide(Path hidden) throws IOException {
    for (Path path : FolderTree.list(hidden)) {
      if (!Files.isDirectory(path)) {
        findings.drop(path, Finding.Kind.HIDDEN_FILE, "hidden");
      }
    }
  }

  private boolean isInside(Path entry) {
    try {
      if (!Files.isSymbolicLink(entry) || entry.toRealPath().startsWith(root)) {
        return true;
      }
      findings.drop(entry, Finding.Kind.OUTSIDE_ROOT, "a link to a place outside the data folder");
    } catch (IOException e) { // a broken or circular link
      findings.drop(entry, Finding.Kind.UNREADABLE_FILE, "a broken link");
    }
    return false;
  }
}
