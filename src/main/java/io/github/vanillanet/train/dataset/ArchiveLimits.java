package io.github.vanillanet.train.dataset;

/**
 * Bounds on unpacking an archive. They apply to the bytes that are actually read and written, not
 * to the sizes that the archive declares.
 *
 * @param maxEntries files, folders and skipped entries together
 * @param maxUnpackedBytes of all files together
 * @param maxRatio unpacked bytes per packed byte, for the archive and for each entry that unpacks
 *     to more than 1 MiB. The ratio of photos is near 1, that of a plain bitmap can reach hundreds
 */
public record ArchiveLimits(int maxEntries, long maxUnpackedBytes, int maxRatio) {

  /** Small entries are always allowed: an entry of a few bytes can have a ratio of a thousand. */
  private static final long ALWAYS_ALLOWED_BYTES = 1 << 20;

  public ArchiveLimits {
    if (maxEntries < 1 || maxUnpackedBytes < 1 || maxRatio < 1) {
      throw new IllegalArgumentException(
          "limits must be 1 or more, found %d entries, %d unpacked bytes, ratio %d"
              .formatted(maxEntries, maxUnpackedBytes, maxRatio));
    }
  }

  /** The maximum number of bytes that {@code packedBytes} may unpack to. */
  long unpackedBytes(long packedBytes) {
    long packed = Math.max(0, Math.min(packedBytes, Long.MAX_VALUE / maxRatio));
    return Math.max(ALWAYS_ALLOWED_BYTES, packed * maxRatio);
  }
}
