package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.files.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The versions of a model that were active, the current one first. A rollback removes the version
 * that it leaves, so that two rollbacks go back two versions. The file {@code active} in the
 * model's folder has one version per line, or {@code none} if no version was active yet.
 */
public record VersionHistory(List<Integer> versions) {

  private static final String FILE = "active";
  private static final String NONE = "none";
  private static final int MAX_LENGTH = 16;

  public VersionHistory {
    versions = List.copyOf(versions);
  }

  /** Empty without a file. Ignores lines that are not versions. */
  static VersionHistory read(Path model) {
    Path file = model.resolve(FILE);
    try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      return new VersionHistory(
          lines
              .flatMapToInt(line -> ModelId.version(line.strip()).stream())
              .distinct()
              .boxed()
              .toList());
    } catch (NoSuchFileException e) {
      return new VersionHistory(List.of());
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be read: %s", file, e);
    }
  }

  /** Whether the file records that no version is to be served. */
  static boolean isNone(Path model) {
    Path file = model.resolve(FILE);
    try {
      return Files.exists(file)
          && Files.readString(file, StandardCharsets.ISO_8859_1).equals(NONE + "\n");
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be read: %s", file, e);
    }
  }

  /** Deletes the file of a folder without versions. */
  static void deleteIfAlone(Path model) throws IOException {
    try (Stream<Path> entries = Files.list(model)) {
      if (!entries.allMatch(entry -> entry.endsWith(FILE))) {
        return;
      }
    }
    Files.deleteIfExists(model.resolve(FILE));
  }

  /** Replaces the file in one step. */
  void write(Path model) {
    Path file = model.resolve(FILE);
    String lines =
        versions.isEmpty()
            ? NONE + "\n"
            : versions.stream().map(v -> v + "\n").collect(Collectors.joining());
    try {
      DurableFiles.replace(file, lines);
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be written: %s", file, e);
    }
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
    return new VersionHistory(next.subList(0, Math.min(MAX_LENGTH, next.size())));
  }

  public VersionHistory back() {
    return new VersionHistory(versions.stream().skip(1).toList());
  }

  VersionHistory only(List<Integer> existing) {
    return new VersionHistory(versions.stream().filter(existing::contains).toList());
  }
}
