package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Reads the chunks of a PNG as Pillow does: it verifies checksums before the first IDAT chunk and
 * not after it, and skips unknown chunks.
 */
final class PngChunks {

  private static final int SIGNATURE_BYTES = 8;
  private static final int CHECKSUM_BYTES = 4;

  private final byte[] encoded;
  private final PngHeader header;
  private final Palette palette = new Palette();

  private int dataStart; // of the IDAT chunk to read next
  private long dataLength;

  PngChunks(byte[] encoded, long maxPixels) throws IOException {
    this.encoded = encoded;
    ByteBuffer file = ByteBuffer.wrap(encoded).position(SIGNATURE_BYTES);
    PngHeader found = null;
    while (true) {
      long length = FileBytes.u32(file);
      String type = FileBytes.chunkType(file);
      int start = file.position();
      if (type.equals("IDAT")) {
        dataStart = start;
        dataLength = length;
        break;
      }
      if (type.equals("IEND")) {
        throw new IOException("it has no IDAT chunk");
      }
      FileBytes.skip(file, length);
      verify(type, start, (int) length, FileBytes.u32(file));
      if (type.equals("IHDR")) {
        found = PngHeader.read(file.duplicate().position(start), maxPixels);
      } else if (type.equals("PLTE")) {
        palette.fill(encoded, start, (int) length / 3, 3);
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

  /** Offset of the pending piece of compressed data. */
  int dataStart() {
    return dataStart;
  }

  /** Bytes of the pending piece that the file holds. */
  int dataLength() {
    return (int) Math.min(dataLength, encoded.length - dataStart);
  }

  /**
   * Moves to the next IDAT chunk.
   *
   * @throws IOException if another chunk follows: the compressed data end too early
   */
  void nextData() throws IOException {
    ByteBuffer file = ByteBuffer.wrap(encoded).position(dataStart);
    FileBytes.skip(file, dataLength);
    FileBytes.skip(file, CHECKSUM_BYTES);
    dataLength = FileBytes.u32(file);
    String type = FileBytes.chunkType(file);
    dataStart = file.position();
    if (!type.equals("IDAT")) {
      throw new IOException("it is truncated: its pixels end before their last row");
    }
  }

  /**
   * Checks the chunks after the pixels. A file may end between two chunks or in a chunk's header.
   *
   * @throws java.nio.BufferUnderflowException if a chunk's body is truncated
   */
  void finish() {
    ByteBuffer file = ByteBuffer.wrap(encoded).position(dataStart);
    FileBytes.skip(file, Math.min(dataLength, file.remaining()));
    while (file.remaining() >= 2 * CHECKSUM_BYTES + 4) {
      FileBytes.skip(file, CHECKSUM_BYTES); // not verified after the pixels
      long length = FileBytes.u32(file);
      String type = FileBytes.chunkType(file);
      boolean nextFrame = type.equals("fcTL"); // of an animation; the first is complete
      if (nextFrame || type.equals("IEND") || !type.matches("[A-Za-z]{4}")) {
        return;
      }
      FileBytes.skip(file, length);
    }
  }

  private void verify(String type, int start, int length, long expected) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(encoded, start - 4, length + 4);
    if (checksum.getValue() != expected) {
      throw new IOException(
          "chunk %s has checksum %08x, expected %08x"
              .formatted(type.replaceAll("[^A-Za-z]", "?"), checksum.getValue(), expected));
    }
  }
}
