package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.base.files.OwnedName;
import io.github.vanillanet.base.timing.Retries;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Copies of versions in a bucket. A version is downloaded to a hidden folder, verified by the
 * digests of its certificate and of {@code SHA256SUMS}, and then renamed, so that a partial or
 * damaged download is never seen. ETags only say what to download again. A download that failed is
 * repeated after a growing delay, or at once when the objects change. Not thread-safe.
 */
final class CopiedVersions {

  private static final Logger LOG = System.getLogger(CopiedVersions.class.getName());

  /** Lists the objects of a version, so that unchanged ones are not downloaded again. */
  private static final String OBJECTS = ".objects";

  private final Bucket bucket;
  private final ModelRepository repository;
  private final Retries<ModelId, String> downloads; // their input is the list of objects
  private final Map<ModelId, ServiceException> reasons = new HashMap<>(); // of failed downloads
  private final Set<ModelId> verified = new HashSet<>();

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if the repository has versions that are no
   *     copies
   */
  CopiedVersions(Bucket bucket, ModelRepository repository, Ticker ticker) {
    this.bucket = bucket;
    this.repository = repository;
    this.downloads = new Retries<>(ticker);
    for (String model : repository.names()) {
      for (int version : repository.versions(model)) {
        Path folder = repository.folder(new ModelId(model, version));
        if (!Files.exists(folder.resolve(OBJECTS))) {
          throw BAD_CONFIGURATION.error(
              "vanillanet.s3.cache: %s is no copy of a bucket; choose a folder of its own", folder);
        }
      }
    }
  }

  /**
   * Brings the copy of a version up to date. A calibration that is damaged is left out of a new
   * copy, because the version is whole without it.
   *
   * @param files by name; empty if the bucket has no complete version of this number
   * @throws ServiceException {@code BAD_ARTIFACT} or {@code BAD_CONFIGURATION} if that fails; a
   *     copy that exists stays as it was
   */
  void copy(ModelId id, SortedMap<String, Bucket.Entry> files) throws IOException {
    if (files.isEmpty()) {
      throw BAD_ARTIFACT.error(
          "%s is active, but %s has no complete version of this number",
          id, bucket.location().text());
    }
    verifyOnce(id);
    String objects = files.values().stream().map(Bucket.Entry::line).collect(Collectors.joining());
    String before = objects(repository.folder(id));
    if (before.equals(objects)) {
      return;
    }
    if (downloads.mustWait(id, objects)) {
      throw reasons.get(id);
    }
    try {
      replace(id, files, before);
      downloads.succeeded(id);
    } catch (IOException e) { // such as a full disk
      throw failed(id, objects, BAD_CONFIGURATION.error(e, "%s cannot be written: %s", id, e));
    } catch (ServiceException e) {
      throw failed(id, objects, e);
    }
  }

  private ServiceException failed(ModelId id, String objects, ServiceException e) {
    downloads.failed(id, objects);
    reasons.put(id, e);
    return e;
  }

  /** Checks the copy of an earlier process once, because its files may be damaged since. */
  private void verifyOnce(ModelId id) throws IOException {
    Path folder = repository.folder(id);
    if (!verified.contains(id) && Files.exists(folder)) {
      try {
        if (leaveOutDamaged(verify(id, folder)).isPresent()) {
          Files.writeString(folder.resolve(OBJECTS), ""); // it serves until the next copy is here
        }
        verified.add(id);
      } catch (ServiceException | IOException e) {
        LOG.log(Level.WARNING, "the copy of {0} is downloaded again: {1}", id, e.getMessage());
        FolderTree.delete(Leftovers.hide(folder));
      }
    }
  }

  private static StoredVersion verify(ModelId id, Path folder) throws IOException {
    FileDigests.verify(folder);
    return StoredVersion.open(id, folder);
  }

  private void replace(ModelId id, SortedMap<String, Bucket.Entry> files, String before)
      throws IOException {
    Path folder = repository.folder(id);
    Path temporary = repository.root().resolve(".copying-" + OwnedName.next());
    Files.createDirectories(temporary);
    try {
      for (Map.Entry<String, Bucket.Entry> file : files.entrySet()) {
        download(file.getValue(), folder.resolve(file.getKey()), before, temporary);
      }
      Optional<ServiceException> damage = leaveOutDamaged(verify(id, temporary));
      if (damage.isEmpty() || !Files.exists(folder)) {
        publish(temporary, files, folder);
        verified.add(id);
      }
      if (damage.isPresent()) {
        throw damage.get();
      }
    } catch (ServiceException e) {
      throw e.code().error(e, "%s", e.getMessage().replace(temporary.toString(), id.toString()));
    } finally {
      FolderTree.delete(temporary); // exists only after a failure
    }
  }

  /** Uses the local copy of an object that has not changed. */
  private void download(Bucket.Entry object, Path local, String before, Path temporary)
      throws IOException {
    Path file = temporary.resolve(local.getFileName());
    if (before.contains(object.line()) && Files.isRegularFile(local)) {
      Files.copy(local, file);
    } else {
      bucket.download(object.key(), file);
    }
    if (Files.size(file) != object.bytes()) {
      throw BAD_ARTIFACT.error(
          "%s: expected %d bytes, found %d", object.key(), object.bytes(), Files.size(file));
    }
  }

  /** Checks the calibration, which {@code SHA256SUMS} does not list. */
  private static Optional<ServiceException> leaveOutDamaged(StoredVersion version)
      throws IOException {
    try {
      version.reducedPrecisions();
      return Optional.empty();
    } catch (ServiceException e) {
      for (String file : StoredVersion.ADDED_LATER) {
        Files.deleteIfExists(version.folder().resolve(file));
      }
      return Optional.of(e);
    }
  }

  private static void publish(Path temporary, SortedMap<String, Bucket.Entry> files, Path folder)
      throws IOException {
    String objects =
        files.entrySet().stream()
            .filter(file -> Files.exists(temporary.resolve(file.getKey())))
            .map(file -> file.getValue().line())
            .collect(Collectors.joining());
    Files.writeString(temporary.resolve(OBJECTS), objects);
    DurableFiles.forceAll(temporary);
    Files.createDirectories(folder.getParent());
    Optional<Path> old =
        Files.exists(folder) ? Optional.of(Leftovers.hide(folder)) : Optional.empty();
    try {
      Files.move(temporary, folder);
    } catch (IOException e) {
      if (old.isPresent()) {
        Files.move(old.get().resolve(folder.getFileName()), folder);
      }
      throw e;
    } finally {
      if (old.isPresent()) {
        FolderTree.delete(old.get());
      }
    }
  }

  private static String objects(Path folder) throws IOException {
    Path file = folder.resolve(OBJECTS);
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
