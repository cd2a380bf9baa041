package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a folder contains: models, the versions of one model, or the files of one version. Other
 * programs, such as KServe, mount the folder of a single model or version. Its name is then in the
 * manifest, and a version without a number is version 1.
 *
 * @param model the only model, if the folder is not a repository
 * @param isVersion whether the folder has the files of one version
 */
record RepositoryLayout(Path root, Optional<String> model, boolean isVersion) {

  private static final List<Integer> ONLY_VERSION = List.of(1);
  private static final List<String> FILES =
      List.of(StoredVersion.ARTIFACT, StoredVersion.CHECKPOINT, StoredVersion.LABELS);

  /** Used if the manifest cannot be read; opening the version then gives the reason. */
  private static final String UNKNOWN = "model";

  static RepositoryLayout of(Path root) {
    if (hasManifest(root)) {
      return new RepositoryLayout(root, Optional.of(name(root)), true);
    }
    return new RepositoryLayout(root, onlyModel(root), false);
  }

  private static Optional<String> onlyModel(Path root) {
    try {
      return numbers(root).stream()
          .map(version -> root.resolve(version.toString()))
          .filter(RepositoryLayout::hasManifest)
          .map(RepositoryLayout::name)
          .findFirst();
    } catch (ServiceException e) {
      return Optional.empty(); // reading the repository gives the error
    }
  }

  private static boolean hasManifest(Path folder) {
    return Files.isRegularFile(folder.resolve(StoredVersion.MANIFEST));
  }

  private static String name(Path folder) {
    try {
      String name = Manifest.read(folder.resolve(StoredVersion.MANIFEST)).name();
      return ModelId.isName(name) ? name : UNKNOWN;
    } catch (ServiceException e) {
      return UNKNOWN;
    }
  }

  private static List<Integer> numbers(Path folder) {
    return folders(folder).stream()
        .flatMapToInt(version -> ModelId.version(version).stream())
        .sorted()
        .boxed()
        .toList();
  }

  private static List<String> folders(Path parent) {
    try {
      return FolderTree.entries(parent).stream()
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) { // such as a network file system that does not answer
      throw BAD_CONFIGURATION.error(e, "the folder %s cannot be read: %s", parent, e);
    }
  }

  /**
   * The root, or a folder in it with the number of a version, that has several files of a version
   * but no manifest. A copy of a version is not complete, or the root is the wrong folder.
   */
  Optional<Path> halfVersion() {
    return Stream.concat(
            Stream.of(root),
            numbers(root).stream().map(version -> root.resolve(version.toString())))
        .filter(folder -> !hasManifest(folder))
        .filter(
            folder -> FILES.stream().map(folder::resolve).filter(Files::isRegularFile).count() > 1)
        .findFirst();
  }

  private boolean isOnly(String name) {
    return model.equals(Optional.of(name));
  }

  /** The folder of a model. */
  Path model(String name) {
    return isOnly(name) ? root : root.resolve(ModelId.requireName(name));
  }

  /** The folder of a version. */
  Path version(ModelId id) {
    return isVersion && isOnly(id.name())
        ? root
        : model(id.name()).resolve(Integer.toString(id.version()));
  }

  /** The names of the folders that may be models, sorted. */
  List<String> names() {
    return model
        .map(List::of)
        .orElseGet(() -> folders(root).stream().filter(ModelId::isName).toList());
  }

  /** The versions of a model, ascending. */
  List<Integer> versions(String name) {
    return isVersion && isOnly(name) ? ONLY_VERSION : numbers(model(name));
  }
}
