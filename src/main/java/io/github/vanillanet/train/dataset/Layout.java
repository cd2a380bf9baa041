package io.github.vanillanet.train.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the labelled files below a root. These layouts are known, each with one folder around it at
 * most: {@code train/CLASS/*} with other {@link Split splits} beside it; {@code CLASS/*}; and a
 * {@link LabelTable} at the top or in each split. Anything else becomes a fatal finding. One
 * thread.
 */
final class Layout {

  private static final String EXPECTED =
      "expected train/CLASS/*, CLASS/*, labels.csv with the columns file and label, or metadata.csv"
          + " or metadata.jsonl of Hugging Face";

  private static final int SHOWN_NAMES = 5;

  private final Path root;
  private final Listing listing;
  private final Findings findings;
  private final List<ListedFile> files = new ArrayList<>();
  private final Map<Split, String> sources = new EnumMap<>(Split.class);

  private Layout(Path root, Listing listing, Findings findings) {
    this.root = root;
    this.listing = listing;
    this.findings = findings;
  }

  /**
   * @param root a real path
   */
  static Layout read(Path root, Findings findings) throws IOException {
    Layout layout = new Layout(root, new Listing(root, findings), findings);
    layout.read(layout.unwrapped());
    return layout;
  }

  /** In the order of splits, classes and file names. */
  List<ListedFile> files() {
    return List.copyOf(files);
  }

  /** The folder or table of each split, relative to the root. */
  Map<Split, String> sources() {
    return Map.copyOf(sources);
  }

  /** The root, or the only folder in it if that is a wrapper and not a class. */
  private Path unwrapped() throws IOException {
    Listing.Entries top = listing.of(root);
    if (LabelTable.find(top.files()).isPresent() || top.folders().size() != 1) {
      return root;
    }
    Path only = top.folders().get(0);
    if (splitOf(only).isPresent()) {
      return root;
    }
    Listing.Entries inner = listing.of(only);
    boolean wraps =
        LabelTable.find(inner.files()).isPresent()
            || !inner.folders().isEmpty()
                && (inner.files().isEmpty() || inner.folders().stream().anyMatch(this::isTraining));
    if (wraps) {
      top.files().forEach(this::stray);
    }
    return wraps ? only : root;
  }

  private static Optional<Split> splitOf(Path folder) {
    return Split.named(folder.getFileName().toString());
  }

  private boolean isTraining(Path folder) {
    return splitOf(folder).filter(split -> split == Split.TRAINING).isPresent();
  }

  private void read(Path base) throws IOException {
    Listing.Entries entries = listing.of(base);
    Optional<Path> table = LabelTable.find(entries.files());
    Map<Split, List<Path>> splits =
        entries.folders().stream()
            .filter(folder -> splitOf(folder).isPresent())
            .collect(
                Collectors.groupingBy(
                    folder -> splitOf(folder).orElseThrow(),
                    () -> new EnumMap<>(Split.class),
                    Collectors.toList()));
    if (table.isPresent()) {
      table(table.get(), base, Optional.empty());
    } else if (splits.containsKey(Split.TRAINING)) {
      entries.files().forEach(this::stray);
      for (Path folder : entries.folders()) {
        if (splitOf(folder).isEmpty()) {
          findings.add(Finding.Kind.IGNORED_FOLDER, findings.relative(folder));
        }
      }
      splits(splits);
    } else if (holdsClasses(splits)) {
      findings.add(
          Finding.Kind.UNKNOWN_LAYOUT,
          "found %s, but no train folder; %s".formatted(names(entries.folders()), EXPECTED));
    } else {
      folder(base, Split.TRAINING);
    }
  }

  /** Returns whether a folder with the name of a split contains folders. A class does not. */
  private boolean holdsClasses(Map<Split, List<Path>> splits) throws IOException {
    for (List<Path> folders : splits.values()) {
      if (!listing.of(folders.get(0)).folders().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private void splits(Map<Split, List<Path>> splits) throws IOException {
    for (Map.Entry<Split, List<Path>> split : splits.entrySet()) {
      if (split.getValue().size() > 1) {
        findings.add(
            Finding.Kind.UNKNOWN_LAYOUT,
            "found %s, expected one folder for %s"
                .formatted(names(split.getValue()), split.getKey().label()));
      }
      folder(split.getValue().get(0), split.getKey());
    }
  }

  private void folder(Path folder, Split split) throws IOException {
    Listing.Entries entries = listing.of(folder);
    Optional<Path> table = LabelTable.find(entries.files());
    if (table.isPresent()) {
      table(table.get(), folder, Optional.of(split));
      return;
    }
    if (entries.folders().isEmpty() && !entries.files().isEmpty()) {
      findings.add(
          Finding.Kind.UNKNOWN_LAYOUT,
          "found %d files and no folder in %s: %s; %s"
              .formatted(
                  entries.files().size(),
                  findings.relative(folder),
                  names(entries.files()),
                  EXPECTED));
      return;
    }
    sources.put(split, findings.relative(folder));
    entries.files().forEach(this::stray);
    for (Path classFolder : entries.folders()) {
      classFolder(classFolder, split);
    }
  }

  private void classFolder(Path folder, Split split) throws IOException {
    Listing.Entries entries = listing.of(folder);
    String name = findings.relative(folder);
    if (entries.isEmpty()) {
      findings.add(Finding.Kind.EMPTY_CLASS, name);
    } else if (entries.files().isEmpty() && !listing.filesBelow(folder).isEmpty()) {
      findings.add(
          Finding.Kind.NESTED_CLASSES,
          "found %s in %s and no files, expected %s"
              .formatted(
                  names(entries.folders()),
                  name,
                  entries.folders().stream().allMatch(inner -> splitOf(inner).isPresent())
                      ? "the splits outside and the classes inside: train/" + folder.getFileName()
                      : "files in each class folder"));
    } else {
      for (Path inner : entries.folders()) {
        findings.add(
            Finding.Kind.NESTED_FOLDER,
            "%s (%d files)".formatted(findings.relative(inner), listing.filesBelow(inner).size()));
      }
    }
    for (Path file : entries.files()) {
      files.add(new ListedFile(file, split, folder.getFileName().toString()));
    }
  }

  private void table(Path file, Path folder, Optional<Split> split) throws IOException {
    Optional<LabelTable> table = LabelTable.read(file, root, split, findings);
    if (table.isEmpty()) {
      return;
    }
    files.addAll(table.get().files());
    table
        .get()
        .files()
        .forEach(listed -> sources.putIfAbsent(listed.split(), findings.relative(file)));
    for (Path other : listing.filesBelow(folder)) {
      if (!other.equals(file) && !table.get().lists(other)) {
        findings.drop(other, Finding.Kind.NOT_LISTED, "not in " + findings.relative(file));
      }
    }
  }

  private void stray(Path file) {
    findings.drop(file, Finding.Kind.STRAY_FILE, "not in a class folder");
  }

  private static String names(List<Path> paths) {
    return paths.stream()
            .limit(SHOWN_NAMES)
            .map(path -> path.getFileName().toString())
            .collect(Collectors.joining(", "))
        + (paths.size() > SHOWN_NAMES ? ", ..." : "");
  }
}
