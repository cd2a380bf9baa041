package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;

/** Copies entries of one archive within its limits. One thread. */
final class BoundedCopy {

  private final ArchiveLimits limits;
  private final long budget;
  private final byte[] chunk = new byte[1 << 16];
  private long copied;

  /**
   * @param archiveBytes size of the archive. Entries of a hostile archive can overlap, so the ratio
   *     is checked for the whole archive too
   */
  BoundedCopy(ArchiveLimits limits, long archiveBytes) {
    this.limits = limits;
    this.budget = Math.min(limits.maxUnpackedBytes(), limits.unpackedBytes(archiveBytes));
  }

  /**
   * Copies the content of an entry and verifies its checksum.
   *
   * @throws ServiceException {@code TOO_LARGE} if a limit is exceeded
   * @throws ZipException if the entry is damaged
   */
  void copy(ZipEntry entry, InputStream in, OutputStream out) throws IOException {
    long allowed = limits.unpackedBytes(entry.getCompressedSize());
    CRC32 checksum = new CRC32();
    long size = 0;
    for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
      size += count;
      copied += count;
      if (size > allowed || copied > budget) {
        throw TOO_LARGE.error(
            "the archive unpacks to more than %d bytes, or to more than %d times its size,"
                + " at %s",
            limits.maxUnpackedBytes(), limits.maxRatio(), entry.getName());
      }
      checksum.update(chunk, 0, count);
      out.write(chunk, 0, count);
    }
    if (entry.getCrc() != -1 && entry.getCrc() != checksum.getValue()) {
      throw new ZipException("wrong checksum of " + entry.getName());
    }
  }
}
