package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * One file inside a zip. Its central and local header agree.
 *
 * @param start offset of the first data byte in the zip
 * @param packed bytes in the zip
 * @param size bytes after inflation; equals {@code packed} if the record is stored
 */
record ZipRecord(String name, boolean deflated, long crc, long start, long packed, long size) {

  private static final long BEST_DEFLATE_RATIO = 1032;

  /** Verifies the CRC and returns the bytes: views of the file if stored, otherwise inflated. */
  ByteRange open(FileWindows file, TensorMemory memory) {
    return deflated ? inflated(file, memory) : stored(file);
  }

  private ByteRange stored(FileWindows file) {
    CRC32 checksum = new CRC32();
    for (long at = 0; at < size; at += FileWindows.STEP) {
      long length = Math.min(FileWindows.STEP, size - at);
      checksum.update(file.slice(start + at, length));
    }
    requireCrc(checksum);
    return (from, length) -> file.slice(start + from, length);
  }

  private ByteRange inflated(FileWindows file, TensorMemory memory) {
    String shown = Rejection.quote(name);
    if (size > Integer.MAX_VALUE || packed > Integer.MAX_VALUE) {
      throw Rejection.of(
          "%s: expected a deflated record of at most 2 GiB, found %d bytes", shown, size);
    }
    if (size / BEST_DEFLATE_RATIO > packed) {
      throw Rejection.of(
          "%s: expected %d bytes, found %d deflated bytes, too few for that", shown, size, packed);
    }
    ByteBuffer bytes = memory.take((int) size);
    ByteBuffer out = bytes.duplicate();
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(file.slice(start, packed));
      while (out.hasRemaining() && inflater.inflate(out) > 0) {}
      int surplus = inflater.inflate(new byte[1]); // also reads the end of the stream
      if (out.hasRemaining()
          || surplus > 0
          || !inflater.finished()
          || inflater.getRemaining() > 0) {
        throw Rejection.of(
            "%s: expected %d deflated bytes to give %d, found %d from %d",
            shown, packed, size, inflater.getBytesWritten(), inflater.getBytesRead());
      }
    } catch (DataFormatException e) {
      throw Rejection.of("%s: expected deflated data, found damaged data", shown);
    } finally {
      inflater.end();
    }
    CRC32 checksum = new CRC32();
    checksum.update(bytes.duplicate());
    requireCrc(checksum);
    return (from, length) -> bytes.slice((int) from, length).order(bytes.order());
  }

  private void requireCrc(CRC32 checksum) {
    if (checksum.getValue() != crc) {
      throw Rejection.of(
          "%s: expected CRC %08x, found %08x: the file is damaged",
          Rejection.quote(name), crc, checksum.getValue());
    }
  }
}
