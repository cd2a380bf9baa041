package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Opens records of a zip and checks their CRC. Not thread-safe. */
final class RecordReader {

  /** Deflate cannot shrink below 1:1032; a header that says so lies. */
  private static final long BEST_DEFLATE_RATIO = 1032;

  private final FileWindows file;
  private final TensorMemory memory;

  RecordReader(FileWindows file, TensorMemory memory) {
    this.file = file;
    this.memory = memory;
  }

  /** The record's checked bytes: views of the file if stored, else inflated. */
  ByteRange open(ZipRecord record) {
    return record.deflated() ? inflated(record) : stored(record);
  }

  private ByteRange stored(ZipRecord record) {
    CRC32 crc = new CRC32();
    for (long at = 0; at < record.size(); at += FileWindows.STEP) {
      long length = Math.min(FileWindows.STEP, record.size() - at);
      crc.update(file.slice(record.start() + at, length));
    }
    requireCrc(record, crc);
    return (from, length) -> file.slice(record.start() + from, length);
  }

  private ByteRange inflated(ZipRecord record) {
    String name = Refusal.quote(record.name());
    if (record.size() > Integer.MAX_VALUE || record.packed() > Integer.MAX_VALUE) {
      throw Refusal.of(
          "%s: expected a deflated record of at most 2 GiB, found %d bytes", name, record.size());
    }
    if (record.size() / BEST_DEFLATE_RATIO > record.packed()) {
      throw Refusal.of(
          "%s: expected %d bytes, found %d deflated bytes, which cannot hold as many",
          name, record.size(), record.packed());
    }
    ByteBuffer bytes = memory.allocate((int) record.size());
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(file.slice(record.start(), record.packed()));
      inflate(record, inflater, bytes.duplicate());
    } catch (DataFormatException e) {
      throw Refusal.of("%s: expected deflated data, found it damaged", name);
    } finally {
      inflater.end();
    }
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    requireCrc(record, crc);
    return (from, length) -> bytes.slice((int) from, length).order(bytes.order());
  }

  private static void inflate(ZipRecord record, Inflater inflater, ByteBuffer out)
      throws DataFormatException {
    // One byte more than the header says, to see data that goes on.
    ByteBuffer beyond = ByteBuffer.allocate(1);
    while (!inflater.finished()) {
      boolean full = !out.hasRemaining();
      int count = inflater.inflate(full ? beyond : out);
      if (full && count > 0) {
        throw Refusal.of(
            "%s: expected %d bytes, found more", Refusal.quote(record.name()), record.size());
      }
      if (count == 0 && !inflater.finished()) {
        break; // needs input or a dictionary: there is none
      }
    }
    if (out.hasRemaining() || !inflater.finished() || inflater.getRemaining() > 0) {
      throw Refusal.of(
          "%s: expected %d deflated bytes to give %d, found %d from %d",
          Refusal.quote(record.name()),
          record.packed(),
          record.size(),
          record.size() - out.remaining(),
          record.packed() - inflater.getRemaining());
    }
  }

  private static void requireCrc(ZipRecord record, CRC32 crc) {
    if (crc.getValue() != record.crc()) {
      throw Refusal.of(
          "%s: expected CRC %08x, found %08x: the file is damaged",
          Refusal.quote(record.name()), record.crc(), crc.getValue());
    }
  }
}
