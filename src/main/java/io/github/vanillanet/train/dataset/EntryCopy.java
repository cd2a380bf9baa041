package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/** Copies entries of one archive within a budget of unpacked bytes. One thread. */
final class EntryCopy {

  /** Below this an entry's ratio says little: a tiny entry may unpack to a thousandfold. */
  private static final long ALWAYS_ALLOWED_BYTES = 1 << 20;

  private static final int CHUNK_BYTES = 1 << 16;

  private final ArchiveLimits limits;
  private final long budget;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private long copied;

  /**
   * @param archiveBytes entries may overlap in a hostile archive, so the ratio holds for the whole
   *     archive too
   */
  EntryCopy(ArchiveLimits limits, long archiveBytes) {
    this.limits = limits;
    this.budget = Math.min(limits.maxUnpackedBytes(), allowed(archiveBytes));
  }

  /** Bytes copied so far. */
  long copied() {
    return copied;
  }

  /** Up to {@code count} bytes from the beginning of an entry; they count when they are copied. */
  static byte[] peek(ZipEntry entry, InputStream in, int count) {
    try {
      return in.readNBytes(count);
    } catch (IOException e) {
      throw damaged(entry, e);
    }
  }

  /**
   * Copies {@code start} and the rest of the entry, and holds them against the entry's checksum.
   *
   * @throws ServiceException {@code TOO_LARGE} if a bound is passed
   * @throws ServiceException {@code BAD_DATASET} if the entry is damaged
   * @throws IOException if {@code out} cannot be written
   */
  void copy(ZipEntry entry, byte[] start, InputStream in, OutputStream out) throws IOException {
    long allowed = allowed(entry.getCompressedSize());
    CRC32 checksum = new CRC32();
    System.arraycopy(start, 0, chunk, 0, start.length);
    long size = 0;
    int count = start.length;
    while (count >= 0) {
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
      count = read(entry, in);
    }
    if (entry.getCrc() != -1 && entry.getCrc() != checksum.getValue()) {
      throw damaged(entry, new IOException("its checksum differs"));
    }
  }

  private int read(ZipEntry entry, InputStream in) {
    try {
      return in.read(chunk);
    } catch (IOException e) {
      throw damaged(entry, e);
    }
  }

  private long allowed(long packedBytes) {
    long packed = Math.max(0, Math.min(packedBytes, Long.MAX_VALUE / limits.maxRatio()));
    return Math.max(ALWAYS_ALLOWED_BYTES, packed * limits.maxRatio());
  }

  private static ServiceException damaged(ZipEntry entry, IOException cause) {
    return new ServiceException(
        ErrorCode.BAD_DATASET,
        "the archive is damaged at %s: %s".formatted(entry.getName(), cause.getMessage()),
        cause);
  }
}
