package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.base.files.OwnedName;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@code active} in a model's folder: the {@link VersionHistory} and its generation.
 *
 * <p>Several processes, also of other machines, may replace it without a lock. Generation N is the
 * folder {@code generations/N} with a complete copy of the file. A writer creates the folder under
 * another name and renames it, which succeeds for one writer only. Then it replaces {@code active}.
 * The newest generation counts, so a writer that is killed, stopped or fails between the two steps
 * loses nothing and undoes nothing. A reader uses {@code active} itself if it is the newest, or if
 * it has no generation: then an operator wrote it, and the newest generation has the versions that
 * were active before. The newest generation also replaces a damaged {@code active}.
 *
 * @param model folder of the model
 */
public record ActiveFile(Path model) {

  /** Name of the file. */
  public static final String NAME = "active";

  private static final Logger LOG = System.getLogger(ActiveFile.class.getName());
  private static final String GENERATIONS = "generations";
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");
  private static final Pattern LINE = Pattern.compile("generation (" + NUMBER + ") .*");
  private static final int MAX_BYTES = 1 << 16;

  /** A writer that was stopped for longer finds that its generation is too old. */
  private static final int KEPT = 16;

  /**
   * The content.
   *
   * @param generation 0 before the first write
   */
  public record Stored(VersionHistory history, long generation) {

    /** Nothing was written yet. */
    public static final Stored EMPTY = new Stored(VersionHistory.empty(), 0);
  }

  /**
   * Empty without a file.
   *
   * @param faults receives a message if the file is damaged and its newest copy is used
   * @throws ServiceException {@code BAD_CONFIGURATION} if the file and its newest copy are damaged
   */
  public Stored read(Consumer<String> faults) {
    Path file = model.resolve(NAME);
    long newest = newest();
    try {
      List<String> lines = lines(file);
      OptionalLong own = generation(lines);
      if (own.isEmpty()) {
        return new Stored(VersionHistory.parse(lines).following(before(newest)), newest);
      }
      return own.getAsLong() >= newest ? parse(lines) : copy(newest);
    } catch (NoSuchFileException e) {
      return newest == 0 ? Stored.EMPTY : copyInPlace(newest, e);
    } catch (IOException e) {
      Stored copy = copyInPlace(newest, e);
      faults.accept("%s cannot be read, its copy is used: %s".formatted(file, e));
      return copy;
    }
  }

  /** The content that replaces a damaged file whose newest copy is damaged, too. */
  public Stored damaged() {
    return new Stored(VersionHistory.empty(), newest());
  }

  private Stored copyInPlace(long newest, IOException cause) {
    try {
      return copy(newest);
    } catch (IOException noCopy) {
      throw BAD_CONFIGURATION.error(
          cause,
          "%s cannot be read: %s; write the number of the version to serve into it",
          model.resolve(NAME),
          cause);
    }
  }

  /** What a file without a generation has replaced. */
  private VersionHistory before(long newest) {
    try {
      return copy(newest).history();
    } catch (IOException e) {
      return VersionHistory.empty();
    }
  }

  private Stored copy(long generation) throws IOException {
    return new Stored(VersionHistory.parse(lines(copyFile(generation))), generation);
  }

  private Path copyFile(long generation) {
    return model.resolve(GENERATIONS).resolve(Long.toString(generation)).resolve(NAME);
  }

  private static List<String> lines(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException("it has more than " + MAX_BYTES + " bytes");
    }
    return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
  }

  private static OptionalLong generation(List<String> lines) {
    return lines.stream()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .mapToLong(line -> Long.parseLong(line.group(1)))
        .max();
  }

  /** 0 if there is none. */
  private long newest() {
    return generations().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  private List<Long> generations() {
    try {
      return FolderTree.entries(model.resolve(GENERATIONS)).stream()
          .map(entry -> entry.getFileName().toString())
          .filter(name -> NUMBER.matcher(name).matches())
          .map(Long::valueOf)
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(
          e, "the folder %s cannot be read: %s", model.resolve(GENERATIONS), e);
    }
  }

  /**
   * Replaces the content, unless another process has replaced it since it was read.
   *
   * @return false if another process has replaced it
   * @throws ServiceException {@code BAD_CONFIGURATION} if it cannot be written
   */
  public boolean replace(Stored read, VersionHistory next) {
    try {
      return replace(read.generation() + 1, next);
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be written: %s", model.resolve(NAME), e);
    }
  }

  private boolean replace(long generation, VersionHistory next) throws IOException {
    // the name makes the text unique, so that a writer recognises its own copy
    String writer = OwnedName.next();
    String text = text(next, generation, writer);
    Path folder = copyFile(generation).getParent();
    Path temporary = folder.resolveSibling(".activating-" + writer);
    Files.createDirectories(temporary);
    boolean created;
    try {
      DurableFiles.replace(temporary.resolve(NAME), text);
      created = DurableFiles.renameToNew(temporary, folder) || isOwn(folder, text);
    } finally {
      FolderTree.delete(temporary); // exists only after a failure
    }
    long newest = Math.max(newest(), generation);
    finish(newest);
    // else other writers had deleted this generation while this process was stopped
    return created && generation > newest - KEPT;
  }

  /**
   * The content of the file.
   *
   * @param writer a name that no other writer has
   */
  public static String text(VersionHistory history, long generation, String writer) {
    return history.text() + "generation %d by %s\n".formatted(generation, writer);
  }

  /**
   * Parses the content of the file.
   *
   * @throws IOException if it names no version and does not say that there is none
   */
  public static Stored parse(List<String> lines) throws IOException {
    return new Stored(VersionHistory.parse(lines), generation(lines).orElse(0));
  }

  /** A network file system may repeat a rename whose answer was lost. */
  private static boolean isOwn(Path folder, String text) {
    try {
      return Files.readString(folder.resolve(NAME)).equals(text);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Writes the newest generation to {@code active}, also for a writer that was killed, and deletes
   * old generations. A failure is logged if readers use the newest generation all the same.
   */
  private void finish(long generation) throws IOException {
    try {
      DurableFiles.forceFolder(model.resolve(GENERATIONS));
      long written = 0;
      for (long newest = newest(); newest > written; newest = newest()) {
        DurableFiles.replace(model.resolve(NAME), Files.readString(copyFile(newest)));
        written = newest;
      }
      for (long old : generations()) {
        if (old <= generation - KEPT) {
          FolderTree.delete(copyFile(old).getParent());
        }
      }
    } catch (IOException e) {
      if (!read(fault -> {}).history().equals(copy(newest()).history())) {
        throw e; // an operator wrote the file
      }
      LOG.log(
          Level.WARNING, "{0} is not written, its newest copy counts: {1}", model.resolve(NAME), e);
    }
  }

  /** Applies a change to the newest content, however many other processes change it. */
  public void update(UnaryOperator<VersionHistory> change) {
    Stored read = read(fault -> {});
    while (!replace(read, change.apply(read.history()))) {
      read = read(fault -> {});
    }
  }

  /** Completes the write of a killed process, and deletes what it left. */
  void repair() throws IOException {
    Path generations = model.resolve(GENERATIONS);
    if (Files.isDirectory(generations)) {
      Leftovers.delete(generations);
      Path file = model.resolve(NAME);
      OptionalLong own = Files.exists(file) ? generation(lines(file)) : OptionalLong.of(0);
      if (own.isPresent() && own.getAsLong() < newest()) {
        finish(newest());
      }
    }
  }

  /** Deletes a model's folder if it has no versions and no other entries. */
  static void deleteIfAlone(Path model) throws IOException {
    List<Path> entries;
    try {
      entries = FolderTree.entries(model);
    } catch (NoSuchFileException e) {
      return;
    }
    if (entries.stream().allMatch(it -> it.endsWith(NAME) || it.endsWith(GENERATIONS))) {
      for (Path entry : entries) {
        FolderTree.delete(entry);
      }
      try {
        Files.deleteIfExists(model);
      } catch (DirectoryNotEmptyException e) {
        // another process publishes a version
      }
    }
  }
}
