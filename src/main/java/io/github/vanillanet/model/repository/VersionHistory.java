package io.github.vanillanet.model.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The versions of a model that were active, the current one first, and those that a rollback left.
 * A rollback removes the version that it leaves, so that two rollbacks go back two versions. As
 * text it has one version per line, or {@code none} if no version may serve before it is activated;
 * other lines name the versions that were left. The {@link ActiveFile} stores it.
 *
 * @param left by a rollback, and not activated since
 * @param none whether no version may serve before it is activated
 */
public record VersionHistory(List<Integer> versions, Set<Integer> left, boolean none) {

  private static final String NONE = "none";
  private static final String LEFT = "rolled back from ";
  private static final int MAX_LENGTH = 16;

  public VersionHistory {
    versions = List.copyOf(versions);
    left = Collections.unmodifiableSortedSet(new TreeSet<>(left));
  }

  public static VersionHistory empty() {
    return new VersionHistory(List.of(), Set.of(), false);
  }

  /** Without versions, none may serve before it is activated. */
  static VersionHistory of(List<Integer> versions) {
    return new VersionHistory(versions, Set.of(), versions.isEmpty());
  }

  /**
   * Parses a text. Ignores lines of another form.
   *
   * @throws IOException if it names no version and does not say that there is none
   */
  static VersionHistory parse(List<String> lines) throws IOException {
    List<Integer> versions = new ArrayList<>();
    Set<Integer> left = new TreeSet<>();
    boolean none = false;
    for (String line : lines) {
      none |= line.equals(NONE);
      if (line.startsWith(LEFT)) {
        ModelId.version(line.substring(LEFT.length()).strip()).ifPresent(left::add);
      } else {
        ModelId.version(line.strip()).stream()
            .filter(v -> !versions.contains(v))
            .forEach(versions::add);
      }
    }
    if (versions.isEmpty() && !none) {
      throw new IOException("it names no version");
    }
    return new VersionHistory(versions, left, versions.isEmpty());
  }

  /** The lines that {@link #parse} reads. */
  String text() {
    Stream<String> active =
        versions.isEmpty() ? Stream.of(NONE) : versions.stream().map(Object::toString);
    return Stream.concat(active, left.stream().map(version -> LEFT + version))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /** Returns whether it decides which version serves. */
  boolean decides() {
    return none || !versions.isEmpty();
  }

  /**
   * The versions that may serve, best first: those that were active, then the others that are older
   * than the last active one, the newest first. A version that a rollback left is none of them.
   * While no version was active, all may serve.
   */
  public List<Integer> choices(List<Integer> existing) {
    if (none) {
      return List.of();
    }
    List<Integer> choices = new ArrayList<>(only(existing).versions);
    int last = choices.isEmpty() ? Integer.MAX_VALUE : versions.get(0);
    existing.stream()
        .filter(version -> version < last && !left.contains(version))
        .filter(version -> !choices.contains(version))
        .sorted(Comparator.reverseOrder())
        .toList()
        .forEach(choices::add);
    return choices;
  }

  public OptionalInt active() {
    return versions.stream().mapToInt(Integer::intValue).findFirst();
  }

  /** The version that a rollback activates. */
  public OptionalInt previous() {
    return versions.stream().mapToInt(Integer::intValue).skip(1).findFirst();
  }

  public VersionHistory activated(int version) {
    List<Integer> next = new ArrayList<>(versions);
    next.removeIf(older -> older == version);
    next.add(0, version);
    Set<Integer> stillLeft = new TreeSet<>(left);
    stillLeft.remove(version);
    return new VersionHistory(next.subList(0, Math.min(MAX_LENGTH, next.size())), stillLeft, false);
  }

  /** The history after a rollback from the current version. */
  public VersionHistory back() {
    Set<Integer> more = new TreeSet<>(left);
    versions.stream().findFirst().ifPresent(more::add);
    return new VersionHistory(versions.stream().skip(1).toList(), more, false);
  }

  /** The history without its current version, which cannot be served. */
  public VersionHistory skip() {
    return new VersionHistory(versions.stream().skip(1).toList(), left, false);
  }

  /** This history, which a person has written in place of {@code older}. */
  VersionHistory following(VersionHistory older) {
    if (none) {
      return this;
    }
    Set<Integer> allLeft = new TreeSet<>(left);
    allLeft.addAll(older.left);
    versions.forEach(allLeft::remove);
    return new VersionHistory(
        Stream.concat(versions.stream(), older.versions.stream())
            .distinct()
            .limit(MAX_LENGTH)
            .toList(),
        allLeft,
        false);
  }

  VersionHistory only(List<Integer> existing) {
    return new VersionHistory(
        versions.stream().filter(existing::contains).toList(),
        left.stream().filter(existing::contains).collect(Collectors.toSet()),
        none);
  }
}
