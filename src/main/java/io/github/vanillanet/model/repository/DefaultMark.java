package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.files.DurableFiles;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file {@code .default} in a repository: the name of the default model, which answers requests
 * without a model name. The file name begins with a dot because a model may be called {@code
 * default}.
 */
public final class DefaultMark {

  public static final String NAME = ".default";

  private static final Logger LOG = System.getLogger(DefaultMark.class.getName());
  private static final int MAX_BYTES = 1024;

  private final Path file;
  private final boolean writable;

  public DefaultMark(ModelRepository repository) {
    this.file = repository.root().resolve(NAME);
    this.writable = repository.isWritable();
  }

  /** Returns whether a model may be marked: the operator has imported or trained it. */
  public static boolean mayName(Manifest manifest) {
    return manifest.trained() && !EmbeddedModel.isCopy(manifest);
  }

  /** The marked model. Ignores a damaged file with a warning. */
  public Optional<String> read() {
    try {
      String name =
          Files.size(file) > MAX_BYTES
              ? ""
              : Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      if (ModelId.isName(name)) {
        return Optional.of(name);
      }
      LOG.log(Level.WARNING, "ignoring {0}: expected the name of a model", file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "ignoring {0}: it cannot be read: {1}", file, e);
    }
    return Optional.empty();
  }

  /** Replaces the mark in one step. Does nothing where the repository is read-only. */
  public void write(String name) {
    if (!writable) {
      return;
    }
    try {
      DurableFiles.replace(file, name + "\n");
    } catch (IOException e) {
      LOG.log(Level.INFO, "the default model is not stored in {0}: {1}", file, e);
    }
  }
}
