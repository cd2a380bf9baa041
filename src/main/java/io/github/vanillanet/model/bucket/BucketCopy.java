package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.base.files.OwnedName;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ActiveFile;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.VersionHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Keeps the versions to serve of a bucket in a local repository. A version is downloaded to a
 * hidden folder, verified by the digests of its certificate and of {@code SHA256SUMS}, and then
 * renamed, so that a partial or damaged download is never seen. ETags only say what to download
 * again. Not thread-safe.
 */
public final class BucketCopy {

  /** Lists the objects of a version, so that unchanged ones are not downloaded again. */
  private static final String OBJECTS = ".objects";

  private static final Duration FIRST_DELAY = Duration.ofSeconds(2);
  private static final int LONGEST_DELAY_DOUBLINGS = 5; // 64 s

  private final Bucket bucket;
  private final ModelRepository copy;
  private final Ticker ticker;
  private final Map<ModelId, Failure> failures = new HashMap<>();

  /**
   * A download that failed.
   *
   * @param retryAt nanoseconds of the ticker
   */
  private record Failure(String objects, ServiceException reason, int count, long retryAt) {}

  /**
   * @param copy only this object writes it
   */
  public BucketCopy(Bucket bucket, ModelRepository copy, Ticker ticker) {
    this.bucket = bucket;
    this.copy = copy;
    this.ticker = ticker;
  }

  /**
   * Downloads what has changed. Takes as long as the downloads.
   *
   * @return what is wrong in the bucket, by model; the local versions of these models stay
   * @throws ServiceException {@code BAD_CONFIGURATION} if the bucket cannot be read
   */
  public Map<String, String> refresh() {
    List<Bucket.Entry> entries = bucket.list();
    BucketListing listing = BucketListing.of(entries);
    Map<String, String> etags =
        entries.stream().collect(Collectors.toMap(Bucket.Entry::key, Bucket.Entry::etag));
    Map<String, String> faults = new HashMap<>();
    for (String model : listing.models()) {
      try {
        refresh(listing, model, etags.containsKey(model + "/" + ActiveFile.NAME))
            .ifPresent(fault -> faults.put(model, fault));
      } catch (ServiceException e) {
        faults.put(model, e.getMessage());
      } catch (IOException e) {
        throw BAD_CONFIGURATION.error(e, "%s cannot be written: %s", copy.root(), e);
      }
    }
    deleteOthers(listing);
    return faults;
  }

  private Optional<String> refresh(BucketListing listing, String model, boolean hasActive)
      throws IOException {
    Optional<Bucket.Text> active =
        hasActive ? bucket.read(model + "/" + ActiveFile.NAME) : Optional.empty();
    VersionHistory history =
        active.isPresent() ? history(model, active.get()) : VersionHistory.empty();
    Optional<ServiceException> failure = Optional.empty();
    Set<Integer> needed = new HashSet<>(history.versions().stream().limit(2).toList());
    for (int version : history.choices(listing.versions(model))) {
      ModelId id = new ModelId(model, version);
      try {
        download(id, listing.files(id));
        needed.add(version);
        break;
      } catch (ServiceException e) {
        failure = failure.or(() -> Optional.of(e));
        if (!copy.versions(model).isEmpty()) {
          needed.addAll(copy.versions(model)); // one of them is in service
          break;
        }
      }
    }
    if (active.isPresent()) {
      writeActive(model, active.get().content());
    }
    for (int version : copy.versions(model)) {
      if (!needed.contains(version)) {
        FolderTree.delete(Leftovers.hide(copy.folder(new ModelId(model, version))));
      }
    }
    return failure.map(ServiceException::getMessage);
  }

  private static VersionHistory history(String model, Bucket.Text active) {
    try {
      return ActiveFile.parse(active.content().lines().toList()).history();
    } catch (IOException e) {
      throw BAD_ARTIFACT.error(e, "%s/%s: %s", model, ActiveFile.NAME, e.getMessage());
    }
  }

  private void writeActive(String model, String content) throws IOException {
    Path file = Files.createDirectories(copy.model(model)).resolve(ActiveFile.NAME);
    if (!Files.exists(file) || !Files.readString(file).equals(content)) {
      DurableFiles.replace(file, content);
    }
  }

  private void download(ModelId id, SortedMap<String, Bucket.Entry> files) throws IOException {
    String objects =
        files.values().stream()
            .map(it -> "%s %d %s\n".formatted(it.key(), it.bytes(), it.etag()))
            .collect(Collectors.joining());
    String before = objects(copy.folder(id));
    if (before.equals(objects)) {
      return;
    }
    Failure last = failures.get(id);
    boolean same = last != null && last.objects().equals(objects);
    if (same && ticker.nanos() - last.retryAt() < 0) {
      throw last.reason();
    }
    try {
      replace(id, files, objects, before);
      failures.remove(id);
    } catch (ServiceException e) {
      int count = same ? last.count() + 1 : 0;
      long delay = FIRST_DELAY.toNanos() << Math.min(count, LONGEST_DELAY_DOUBLINGS);
      failures.put(id, new Failure(objects, e, count, ticker.nanos() + delay));
      throw e;
    }
  }

  private void replace(
      ModelId id, SortedMap<String, Bucket.Entry> files, String objects, String before)
      throws IOException {
    Path folder = copy.folder(id);
    Path model = Files.createDirectories(copy.model(id.name()));
    Path temporary = Files.createDirectory(model.resolve(".copying-" + OwnedName.next()));
    try {
      for (Map.Entry<String, Bucket.Entry> file : files.entrySet()) {
        download(file.getValue(), folder.resolve(file.getKey()), before, temporary);
      }
      FileDigests.verify(temporary);
      // reads the calibration to check it, because SHA256SUMS does not list it
      StoredVersion.open(id, temporary).reducedPrecisions();
      Files.writeString(temporary.resolve(OBJECTS), objects);
      DurableFiles.forceAll(temporary);
      if (Files.exists(folder)) {
        FolderTree.delete(Leftovers.hide(folder));
      }
      Files.move(temporary, folder);
    } finally {
      FolderTree.delete(temporary); // exists only after a failure
    }
  }

  /** Uses the local copy of an object that has not changed. */
  private void download(Bucket.Entry object, Path local, String before, Path temporary)
      throws IOException {
    Path file = temporary.resolve(local.getFileName());
    String line = "%s %d %s\n".formatted(object.key(), object.bytes(), object.etag());
    if (before.contains(line) && Files.isRegularFile(local)) {
      Files.copy(local, file);
    } else {
      bucket.download(object.key(), file);
    }
    if (Files.size(file) != object.bytes()) {
      throw BAD_ARTIFACT.error(
          "%s: expected %d bytes, found %d", object.key(), object.bytes(), Files.size(file));
    }
  }

  private static String objects(Path folder) throws IOException {
    Path file = folder.resolve(OBJECTS);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  /** A loaded version stays in service. */
  private void deleteOthers(BucketListing listing) {
    for (String model : copy.names()) {
      if (!listing.models().isEmpty() && !listing.models().contains(model)) {
        try {
          FolderTree.delete(Leftovers.hide(copy.model(model)));
        } catch (IOException e) {
          throw BAD_CONFIGURATION.error(e, "%s cannot be deleted: %s", copy.model(model), e);
        }
      }
    }
  }
}
