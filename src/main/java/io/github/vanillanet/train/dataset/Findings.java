package io.github.vanillanet.train.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects what a scan finds. One thread. */
final class Findings {

  private final Path root;
  private final Map<Finding.Kind, List<String>> found = new EnumMap<>(Finding.Kind.class);
  private final List<Dropped> dropped = new ArrayList<>();

  /**
   * @param root a real path, see {@link Path#toRealPath}
   */
  Findings(Path root) {
    this.root = root;
  }

  void add(Finding.Kind kind, String example) {
    found.computeIfAbsent(kind, it -> new ArrayList<>()).add(example);
  }

  /** Adds a file that is not used. */
  void drop(Path file, Finding.Kind kind, String reason) {
    String name = relative(file);
    dropped.add(new Dropped(name, kind, reason));
    add(kind, "%s (%s)".formatted(name, reason));
  }

  /** Fatal ones first. */
  List<Finding> all() {
    return found.entrySet().stream()
        .map(entry -> new Finding(entry.getKey(), entry.getValue()))
        .toList();
  }

  List<Dropped> dropped() {
    return List.copyOf(dropped);
  }

  boolean has(Finding.Kind kind) {
    return found.containsKey(kind);
  }

  /** The path of a file below the root; {@code .} for the root. */
  String relative(Path file) {
    String relative = root.relativize(file).toString();
    return relative.isEmpty() ? "." : relative;
  }
}
