package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG up to its pixels, as Pillow reads them: checksums are verified before the
 * first IDAT and not after it, and unknown chunks are skipped.
 */
final class PngChunks {

  private static final int SIGNATURE_BYTES = 8;
  private static final int CHECKSUM_BYTES = 4;

  private final byte[] encoded;
  private final PngHeader header;
  private final Palette palette = new Palette();

  /** The IDAT chunk to read next: where its data begin and how many bytes they are. */
  private int dataStart;

  private long dataLength;

  PngChunks(byte[] encoded, PixelLimit limit) throws IOException {
    this.encoded = encoded;
    ByteReader reader = new ByteReader(encoded, SIGNATURE_BYTES);
    PngHeader found = null;
    while (true) {
      long length = reader.u32BigEndian();
      String type = new String(reader.bytes(4), StandardCharsets.ISO_8859_1);
      int start = reader.position();
      if (type.equals("IDAT")) {
        dataStart = start;
        dataLength = length;
        break;
      }
      if (type.equals("IEND")) {
        throw new IOException("it has no IDAT chunk");
      }
      reader.skip(length);
      verify(type, start, (int) length, reader.u32BigEndian());
      if (type.equals("IHDR")) {
        found = PngHeader.read(new ByteReader(encoded, start), limit);
      } else if (type.equals("PLTE")) {
        palette.fill(encoded, start, (int) length / 3, 3, 0, 1, 2);
      }
    }
    if (found == null) {
      throw new IOException("it has no IHDR chunk before its pixels");
    }
    header = found;
  }

  PngHeader header() {
    return header;
  }

  Palette palette() {
    return palette;
  }

  /** Where the pending piece of compressed data begins. */
  int dataStart() {
    return dataStart;
  }

  /** Bytes of the pending piece that the file really holds. */
  int dataLength() {
    return (int) Math.min(dataLength, encoded.length - dataStart);
  }

  /**
   * Steps to the next IDAT chunk.
   *
   * @throws IOException if the chunk that follows is another: the compressed data end too early
   */
  void nextData() throws IOException {
    ByteReader reader = new ByteReader(encoded, dataStart);
    reader.skip(dataLength);
    reader.skip(CHECKSUM_BYTES);
    dataLength = reader.u32BigEndian();
    String type = new String(reader.bytes(4), StandardCharsets.ISO_8859_1);
    dataStart = reader.position();
    if (!type.equals("IDAT")) {
      throw new IOException("it is truncated: its pixels end before their last row");
    }
  }

  /**
   * Looks at the chunks after the pixels. A file may end between two chunks or in a chunk's header.
   *
   * @throws IOException if a chunk's body is cut short
   */
  void finish() throws IOException {
    ByteReader reader = new ByteReader(encoded, dataStart);
    reader.skip(Math.min(dataLength, reader.remaining()));
    while (reader.remaining() >= 2 * CHECKSUM_BYTES + 4) {
      reader.skip(CHECKSUM_BYTES); // not verified after the pixels
      long length = reader.u32BigEndian();
      String type = new String(reader.bytes(4), StandardCharsets.ISO_8859_1);
      boolean nextFrame = type.equals("fcTL"); // of an animation; the first is complete
      if (nextFrame || type.equals("IEND") || !type.matches("[A-Za-z]{4}")) {
        return;
      }
      reader.skip(length);
    }
  }

  private void verify(String type, int start, int length, long expected) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(encoded, start - 4, length + 4);
    if (checksum.getValue() != expected) {
      throw new IOException(
          "chunk %s has checksum %08x, expected %08x"
              .formatted(printable(type), checksum.getValue(), expected));
    }
  }

  private static String printable(String type) {
    return type.replaceAll("[^A-Za-z]", "?");
  }
}
