package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The versions of a model that were active, the current one first, and those that a rollback left.
 * A rollback removes the version that it leaves, so that two rollbacks go back two versions. The
 * file {@code active} in the model's folder has one version per line, or {@code none} if no version
 * may serve before it is activated; other lines name the versions that were left. The file {@code
 * .active.copy} has the same content, in case {@code active} is damaged.
 *
 * @param left by a rollback, and not activated since
 * @param none whether no version may serve before it is activated
 */
public record VersionHistory(List<Integer> versions, Set<Integer> left, boolean none) {

  private static final String FILE = "active";
  private static final String NONE = "none";
  private static final String COPY = ".active.copy";
  private static final String LEFT = "rolled back from ";
  private static final int MAX_LENGTH = 16;
  private static final int MAX_BYTES = 1 << 16;

  public VersionHistory {
    versions = List.copyOf(versions);
    left = Collections.unmodifiableSortedSet(new TreeSet<>(left));
  }

  public static VersionHistory empty() {
    return new VersionHistory(List.of(), Set.of(), false);
  }

  /** Returns whether the history of a model is readable and no version may serve yet. */
  public static boolean isNone(Path model) {
    try {
      return read(model, fault -> {}).none;
    } catch (ServiceException e) {
      return false;
    }
  }

  /** Without versions, none may serve before it is activated. */
  static VersionHistory of(List<Integer> versions) {
    return new VersionHistory(versions, Set.of(), versions.isEmpty());
  }

  /**
   * Empty without a file. Ignores lines of another form.
   *
   * @param faults receives a message if the file is damaged and its copy is used
   * @throws ServiceException {@code BAD_CONFIGURATION} if the file and its copy are damaged
   */
  static VersionHistory read(Path model, Consumer<String> faults) {
    Path file = model.resolve(FILE);
    try {
      return read(file);
    } catch (NoSuchFileException e) {
      return empty();
    } catch (IOException e) {
      try {
        VersionHistory copy = read(model.resolve(COPY));
        faults.accept("%s cannot be read, its copy is used: %s".formatted(file, e));
        return copy;
      } catch (IOException noCopy) {
        throw BAD_CONFIGURATION.error(
            e, "%s cannot be read: %s; write the number of the version to serve into it", file, e);
      }
    }
  }

  private static VersionHistory read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException("it has more than " + MAX_BYTES + " bytes");
    }
    List<Integer> versions = new ArrayList<>();
    Set<Integer> left = new TreeSet<>();
    boolean none = false;
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
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

  /** Deletes the file and its copy in a folder without versions. */
  static void deleteIfAlone(Path model) throws IOException {
    try (Stream<Path> entries = Files.list(model)) {
      if (!entries.allMatch(entry -> entry.endsWith(FILE) || entry.endsWith(COPY))) {
        return;
      }
    }
    Files.deleteIfExists(model.resolve(FILE));
    Files.deleteIfExists(model.resolve(COPY));
  }

  /** Replaces the copy, then the file, each in one step. */
  void write(Path model) {
    Stream<String> active =
        versions.isEmpty() ? Stream.of(NONE) : versions.stream().map(Object::toString);
    Stream<String> lines = Stream.concat(active, left.stream().map(version -> LEFT + version));
    String text = lines.map(line -> line + "\n").collect(Collectors.joining());
    try {
      DurableFiles.replace(model.resolve(COPY), text);
      DurableFiles.replace(model.resolve(FILE), text);
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be written: %s", model.resolve(FILE), e);
    }
  }

  /**
   * The versions that may serve, best first: those that were active, then the others that are older
   * than the last active one, the newest first. A version that a rollback left is none of them.
   * While no version was active, all may serve.
   */
  List<Integer> choices(List<Integer> existing) {
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

  VersionHistory only(List<Integer> existing) {
    return new VersionHistory(
        versions.stream().filter(existing::contains).toList(),
        left.stream().filter(existing::contains).collect(Collectors.toSet()),
        none);
  }
}
