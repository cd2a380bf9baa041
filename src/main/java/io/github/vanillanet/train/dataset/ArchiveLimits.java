package io.github.vanillanet.train.dataset;

/**
 * What an uploaded archive may cost. All bounds hold for what is read and written in fact, not for
 * what the archive says of itself.
 *
 * @param maxBytes of the archive
 * @param maxEntries files, folders and skipped entries together
 * @param maxUnpackedBytes of all files together
 * @param maxRatio unpacked bytes per packed byte, of each entry that unpacks to more than 1 MiB.
 *     Photos stay near 1, a flat bitmap may reach hundreds
 */
public record ArchiveLimits(long maxBytes, int maxEntries, long maxUnpackedBytes, int maxRatio) {

  public ArchiveLimits {
    if (maxBytes < 1 || maxEntries < 1 || maxUnpackedBytes < 1 || maxRatio < 1) {
      throw new IllegalArgumentException(
          "limits must be positive, found %d bytes, %d entries, %d unpacked, ratio %d"
              .formatted(maxBytes, maxEntries, maxUnpackedBytes, maxRatio));
    }
  }
}
