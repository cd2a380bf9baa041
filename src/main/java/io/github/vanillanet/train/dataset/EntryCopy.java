package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/** Copies entries of one archive within its limits. One thread. */
final class EntryCopy {

  private static final int CHUNK_BYTES = 1 << 16;

  private final ArchiveLimits limits;
  private final long budget;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private long copied;

  /**
   * @param archiveBytes size of the archive. Entries of a hostile archive can overlap, so the ratio
   *     is checked for the whole archive too
   */
  EntryCopy(ArchiveLimits limits, long archiveBytes) {
    this.limits = limits;
    this.budget = Math.min(limits.maxUnpackedBytes(), limits.unpackedBytes(archiveBytes));
  }

  /** The first {@code count} bytes of an entry, or all if it is shorter. */
  static byte[] peek(ZipEntry entry, InputStream in, int count) {
    try {
      return in.readNBytes(count);
    } catch (IOException e) {
      throw damaged(entry, e);
    }
  }

  /**
   * Copies {@code start} and the rest of the entry, and verifies its checksum.
   *
   * @throws ServiceException {@code TOO_LARGE} if a limit is exceeded
   * @throws ServiceException {@code BAD_DATASET} if the entry is damaged
   * @throws IOException if {@code out} cannot be written
   */
  void copy(ZipEntry entry, byte[] start, InputStream in, OutputStream out) throws IOException {
    long allowed = limits.unpackedBytes(entry.getCompressedSize());
    CRC32 checksum = new CRC32();
    System.arraycopy(start, 0, chunk, 0, start.length);
    long size = 0;
    for (int count = start.length; count >= 0; count = read(entry, in)) {
      size += count;
      copied += count;
      if (size > allowed || copied > budget) {
        throw new ServiceException(
            ErrorCode.TOO_LARGE,
            "the archive unpacks to more than %d bytes, or to more than %d times its size, at %s"
                .formatted(limits.maxUnpackedBytes(), limits.maxRatio(), entry.getName()));
      }
      checksum.update(chunk, 0, count);
      out.write(chunk, 0, count);
    }
    if (entry.getCrc() != -1 && entry.getCrc() != checksum.getValue()) {
      throw damaged(entry, new IOException("wrong checksum"));
    }
  }

  private int read(ZipEntry entry, InputStream in) {
    try {
      return in.read(chunk);
    } catch (IOException e) {
      throw damaged(entry, e);
    }
  }

  static ServiceException damaged(ZipEntry entry, IOException cause) {
    return new ServiceException(
        ErrorCode.BAD_DATASET,
        "the archive is damaged at %s: %s".formatted(entry.getName(), cause.getMessage()),
        cause);
  }
}
