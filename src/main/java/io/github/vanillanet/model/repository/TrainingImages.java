package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * The images that a version was trained on, as the first 8 bytes of the SHA-256 of each file. The
 * file {@code training-images.bin} beside the manifest has them in ascending order; the manifest
 * has their number and the digest of that file. Immutable.
 */
public final class TrainingImages {

  public static final TrainingImages NONE = new TrainingImages(new long[0]);

  static final String FILE = "training-images.bin";

  /**
   * The member {@code training_images} of a manifest.
   *
   * @param count different images
   * @param sha256 of the file
   */
  public record Summary(int count, String sha256) {}

  private final long[] prefixes; // sorted as signed numbers, each once

  private TrainingImages(long[] prefixes) {
    this.prefixes = prefixes;
  }

  /** Digests files. Leaves out a file that cannot be read: it was not used for training either. */
  public static TrainingImages of(Collection<Path> files) {
    return of(files.stream().flatMapToLong(file -> prefix(file).stream()));
  }

  private static TrainingImages of(LongStream prefixes) {
    return new TrainingImages(prefixes.sorted().distinct().toArray());
  }

  private static OptionalLong prefix(Path file) {
    try {
      return OptionalLong.of(HexFormat.fromHexDigitsToLong(Sha256.of(file), 0, 2 * Long.BYTES));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Whether the content of {@code file} is one of these images; false if it cannot be read. */
  public boolean contains(Path file) {
    return prefixes.length > 0
        && prefix(file).stream().anyMatch(it -> Arrays.binarySearch(prefixes, it) >= 0);
  }

  public int count() {
    return prefixes.length;
  }

  /** The images of both. */
  public TrainingImages plus(TrainingImages other) {
    return of(LongStream.concat(Arrays.stream(prefixes), Arrays.stream(other.prefixes)));
  }

  /** Writes the file into the folder of a version. */
  Summary write(Path folder) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * prefixes.length);
    LongStream.of(prefixes)
        .boxed()
        .sorted(Long::compareUnsigned)
        .forEach(prefix -> bytes.putLong(prefix));
    Files.write(folder.resolve(FILE), bytes.array());
    return new Summary(prefixes.length, digest(bytes.array()));
  }

  /**
   * Reads the file of a version.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if it is missing or is not the one that the
   *     manifest describes
   */
  static TrainingImages read(Path folder, Summary summary) {
    Path file = folder.resolve(FILE);
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length != (long) Long.BYTES * summary.count()
          || !digest(bytes).equals(summary.sha256())) {
        throw BAD_ARTIFACT.error(
            "%s: expected the digests of %d images with SHA-256 %s, found %d bytes with %s",
            file, summary.count(), summary.sha256(), bytes.length, digest(bytes));
      }
      long[] prefixes = new long[summary.count()];
      ByteBuffer.wrap(bytes).asLongBuffer().get(prefixes);
      return of(Arrays.stream(prefixes));
    } catch (IOException e) {
      throw StoredVersion.unreadable(file, e);
    }
  }

  private static String digest(byte[] bytes) {
    MessageDigest digest = Sha256.digest();
    return HexFormat.of().formatHex(digest.digest(bytes));
  }
}
