package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ActiveFile;
import io.github.vanillanet.model.repository.DefaultMark;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.VersionHistory;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps the versions to serve of a bucket in a local repository, see {@link CopiedVersions}. {@code
 * active} of a model is replaced after the version that it names has arrived, so that the local
 * repository always has what it says. Not thread-safe.
 */
public final class BucketCopy {

  private static final Logger LOG = System.getLogger(BucketCopy.class.getName());

  private final Bucket bucket;
  private final ModelRepository copy;
  private final CopiedVersions versions;
  private Optional<Bucket.Entry> copiedMark = Optional.empty();
  private String markFault = ""; // the last one, so that it is logged once

  /**
   * @param copy only this object writes it
   * @throws ServiceException {@code BAD_CONFIGURATION} if it has versions that are no copies,
   *     because they would be deleted
   */
  public BucketCopy(Bucket bucket, ModelRepository copy, Ticker ticker) {
    this.bucket = bucket;
    this.copy = copy;
    this.versions = new CopiedVersions(bucket, copy, ticker);
  }

  /**
   * Downloads what has changed. Takes as long as the downloads.
   *
   * @return what is wrong with a model in the bucket or with its copy, by model; the local version
   *     in service stays
   * @throws ServiceException {@code BAD_CONFIGURATION} if the bucket cannot be listed, or there can
   *     be no copy
   */
  public Map<String, String> refresh() {
    List<Bucket.Entry> entries = bucket.list();
    BucketListing listing = BucketListing.of(entries);
    copyMark(entries);
    Map<String, String> faults = new TreeMap<>();
    for (String model : listing.models()) {
      try {
        refresh(listing, model, active(entries, model))
            .ifPresent(fault -> faults.put(model, fault.getMessage()));
      } catch (ServiceException e) {
        faults.put(model, e.getMessage());
      } catch (IOException e) {
        faults.put(model, copy.model(model) + " cannot be written: " + e);
      } catch (RuntimeException e) { // a damaged version must not affect the others
        faults.put(model, e.toString());
      }
    }
    deleteOthers(listing, faults);
    return faults;
  }

  private void copyMark(List<Bucket.Entry> entries) {
    Optional<Bucket.Entry> mark =
        entries.stream().filter(it -> it.key().equals(DefaultMark.NAME)).findFirst();
    try {
      copyMark(mark);
      markFault = "";
    } catch (ServiceException e) { // the models can be served without it
      if (!e.getMessage().equals(markFault)) {
        LOG.log(Level.WARNING, "the default model is not read: {0}", e.getMessage());
      }
      markFault = e.getMessage();
    }
  }

  private void copyMark(Optional<Bucket.Entry> mark) {
    try {
      Path file = Files.createDirectories(copy.root()).resolve(DefaultMark.NAME);
      if (mark.isEmpty()) {
        Files.deleteIfExists(file);
      } else if (!mark.equals(copiedMark)) {
        Optional<Bucket.Text> text = bucket.read(DefaultMark.NAME);
        if (text.isPresent()) {
          DurableFiles.replace(file, text.get().content());
          copiedMark = mark;
        }
      }
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be written: %s", copy.root(), e);
    }
  }

  /**
   * @return why the version to serve is not here
   */
  private Optional<ServiceException> refresh(
      BucketListing listing, String model, Optional<String> active) throws IOException {
    VersionHistory history =
        active.isPresent() ? history(model, active.get()) : VersionHistory.empty();
    Set<Integer> choices = new LinkedHashSet<>(history.versions().stream().limit(1).toList());
    choices.addAll(history.choices(listing.versions(model)));
    Set<Integer> needed = new HashSet<>(history.versions().stream().limit(2).toList());
    Optional<ServiceException> failure = Optional.empty();
    for (int version : choices) {
      ModelId id = new ModelId(model, version);
      try {
        versions.copy(id, listing.files(id));
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
    if (choices.stream().limit(1).allMatch(copy.versions(model)::contains)) {
      writeActive(model, active);
    }
    for (int version : copy.versions(model)) {
      if (!needed.contains(version)) {
        FolderTree.delete(Leftovers.hide(copy.folder(new ModelId(model, version))));
      }
    }
    return failure;
  }

  private Optional<String> active(List<Bucket.Entry> entries, String model) {
    String key = model + "/" + ActiveFile.NAME;
    boolean listed = entries.stream().anyMatch(it -> it.key().equals(key));
    return (listed ? bucket.read(key) : bucket.readUnlisted(key)).map(Bucket.Text::content);
  }

  private static VersionHistory history(String model, String active) {
    try {
      return ActiveFile.parse(active.lines().toList()).history();
    } catch (IOException e) {
      throw BAD_ARTIFACT.error(e, "%s/%s: %s", model, ActiveFile.NAME, e.getMessage());
    }
  }

  private void writeActive(String model, Optional<String> content) throws IOException {
    Path file = Files.createDirectories(copy.model(model)).resolve(ActiveFile.NAME);
    if (content.isEmpty()) {
      Files.deleteIfExists(file); // the newest version serves
    } else if (!Files.exists(file) || !Files.readString(file).equals(content.get())) {
      DurableFiles.replace(file, content.get());
    }
  }

  /** Keeps all copies if the bucket is empty. A loaded version stays in service in any case. */
  private void deleteOthers(BucketListing listing, Map<String, String> faults) {
    for (String model : copy.names()) {
      if (listing.models().isEmpty()) {
        faults.put(model, bucket.location().text() + " has no models");
      } else if (!listing.models().contains(model)) {
        try {
          FolderTree.delete(Leftovers.hide(copy.model(model)));
        } catch (IOException e) {
          faults.put(model, copy.model(model) + " cannot be deleted: " + e);
        }
      }
    }
  }
}
