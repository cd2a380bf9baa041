package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderState;
import io.github.vanillanet.base.files.OwnedName;
import io.github.vanillanet.model.repository.ActiveFile;
import io.github.vanillanet.model.repository.DefaultMark;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Uploads versions to a bucket. {@code SHA256SUMS} is the first object of a version and claims its
 * number, {@code manifest.json} is the last one and makes it visible, and then {@code active} names
 * it. An upload that was interrupted continues when it is repeated. Uploading an equal version
 * again gives the same number, and writes only objects that are missing or different, such as a
 * file that was added to the version.
 */
public record BucketPublisher(Bucket bucket) {

  /** Of one write. Each uploader that competes costs one; a store may also reject all of them. */
  private static final int ATTEMPTS = 16;

  private static final Duration PAUSE = Duration.ofMillis(10);

  /**
   * Uploads a version and makes it the active one.
   *
   * @return its number in the bucket
   * @throws ServiceException {@code BAD_CONFIGURATION} if the bucket cannot be written
   */
  public ModelId push(StoredVersion version) {
    try {
      String digests = FileDigests.of(version.folder()).text();
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        List<Bucket.Entry> objects = bucket.list();
        ModelId id = claim(objects, version.id().name(), digests);
        if (upload(objects, id, version.folder(), digests)) {
          markDefault(objects, version);
          activate(id);
          if (isOwn(id, digests)) {
            return id;
          }
        }
      }
      throw BAD_CONFIGURATION.error(
          "%s: other uploads have taken the numbers of %d attempts; run one push of a model at a"
              + " time",
          bucket.location().text(), ATTEMPTS);
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be read: %s", version.folder(), e);
    }
  }

  /**
   * Uploads the files of a version, the manifest last. A store may check the condition of a write
   * and write in two steps, and then accepts two claims of one number. So the claim is read again
   * before each file, and after the activation.
   *
   * @return false if the number belongs to another version
   */
  private boolean upload(List<Bucket.Entry> objects, ModelId id, Path folder, String digests)
      throws IOException {
    List<String> names = new ArrayList<>();
    for (FolderState.Entry file : FolderState.of(folder).files()) {
      names.add(file.name());
    }
    names.removeAll(List.of(FileDigests.FILE, StoredVersion.MANIFEST));
    names.add(StoredVersion.MANIFEST);
    for (String name : names) {
      if (!isOwn(id, digests)) {
        return false;
      }
      upload(objects, id + "/" + name, folder.resolve(name));
    }
    return true;
  }

  /**
   * Uploads a file, unless the ETag shows that the store has the same bytes. The ETag of an object
   * that is encrypted, or was uploaded in parts, does not show it.
   */
  private void upload(List<Bucket.Entry> objects, String key, Path file) throws IOException {
    long bytes = Files.size(file);
    Optional<Bucket.Entry> there =
        objects.stream().filter(it -> it.key().equals(key) && it.bytes() == bytes).findFirst();
    if (there.isEmpty() || !there.get().etag().replace("\"", "").equals(md5(file))) {
      bucket.upload(key, file);
    }
  }

  /** What S3 uses as the ETag of an object that was uploaded whole. */
  private static String md5(Path file) throws IOException {
    try (DigestInputStream bytes =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("MD5"))) {
      bytes.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(bytes.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }

  /** Finds the number of an equal version, or takes the next one. */
  private ModelId claim(List<Bucket.Entry> objects, String model, String digests) {
    List<Integer> numbers = BucketListing.claimed(objects, model).stream().sorted().toList();
    for (int number : numbers) {
      ModelId id = new ModelId(model, number);
      if (isOwn(id, digests)) {
        return id;
      }
    }
    int number = numbers.isEmpty() ? 1 : Collections.max(numbers) + 1;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      ModelId id = new ModelId(model, number);
      if (bucket.replace(id + "/" + FileDigests.FILE, Optional.empty(), digests)) {
        return id;
      }
      Optional<String> taken = digests(id);
      if (taken.equals(Optional.of(digests))) {
        return id;
      }
      number += taken.isPresent() ? 1 : 0; // another upload has it, or writes it now
      pause(attempt);
    }
    throw rejected(new ModelId(model, number) + "/" + FileDigests.FILE);
  }

  private boolean isOwn(ModelId id, String digests) {
    return digests(id).equals(Optional.of(digests));
  }

  private Optional<String> digests(ModelId id) {
    return bucket.read(id + "/" + FileDigests.FILE).map(Bucket.Text::content);
  }

  private void activate(ModelId id) {
    String key = id.name() + "/" + ActiveFile.NAME;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<Bucket.Text> read = bucket.read(key);
      ActiveFile.Stored stored = read.map(BucketPublisher::parse).orElse(ActiveFile.Stored.EMPTY);
      if (stored.history().active().stream().anyMatch(active -> active == id.version())) {
        return;
      }
      String next =
          ActiveFile.text(
              stored.history().activated(id.version()), stored.generation() + 1, OwnedName.next());
      if (bucket.replace(key, read, next)) {
        return;
      }
      pause(attempt);
    }
    throw rejected(key);
  }

  /**
   * Marks the only model of a bucket as the default one. All services then have the same default
   * when others are uploaded, whichever versions they have copied.
   */
  private void markDefault(List<Bucket.Entry> objects, StoredVersion version) {
    String model = version.id().name();
    boolean only =
        objects.stream().map(Bucket.Entry::key).allMatch(key -> key.startsWith(model + "/"));
    if (only && DefaultMark.mayName(version.manifest())) {
      bucket.replace(DefaultMark.NAME, Optional.empty(), model + "\n");
    }
  }

  private ServiceException rejected(String key) {
    return BAD_CONFIGURATION.error(
        "%s: the store has rejected %d conditional writes of %s with status 412 or 409; repeat the"
            + " push, or copy the version and then its number in active with another program",
        bucket.location().text(), ATTEMPTS, key);
  }

  /** Lets another writer finish. */
  private static void pause(int attempt) {
    LockSupport.parkNanos(PAUSE.toNanos() * attempt);
  }

  /** An activation replaces a damaged object. */
  private static ActiveFile.Stored parse(Bucket.Text text) {
    try {
      return ActiveFile.parse(text.content().lines().toList());
    } catch (IOException e) {
      return ActiveFile.Stored.EMPTY;
    }
  }
}
