package io.github.vanillanet.base.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Finds the first picture in a WebP file: the only one, or an animation's first frame.
 *
 * @param width of the canvas
 * @param height of the canvas
 * @param left column of the canvas where the picture begins
 * @param top row of the canvas where the picture begins
 * @param bitstream the offset in the file of the chunk (VP8 or VP8L) that holds its colours; an
 *     alpha plane lies in another chunk and is not needed
 * @param bitstreamBytes length of that chunk with its header
 */
record WebpContainer(int width, int height, int left, int top, int bitstream, int bitstreamBytes) {

  private static final int RIFF_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int FRAME_HEADER_BYTES = 16;

  static WebpContainer read(byte[] encoded, PixelLimit limit) throws IOException {
    long riffBytes = new ByteReader(encoded, 4).u32LittleEndian() + CHUNK_HEADER_BYTES;
    if (riffBytes > encoded.length) {
      throw new EOFException(
          "it is truncated: it declares %d bytes, has %d".formatted(riffBytes, encoded.length));
    }
    ByteReader reader = new ByteReader(encoded, RIFF_HEADER_BYTES);
    int width = 0;
    int height = 0;
    int left = 0;
    int top = 0;
    while (true) {
      int start = reader.position();
      String type = new String(reader.bytes(4), StandardCharsets.ISO_8859_1);
      long length = reader.u32LittleEndian();
      int body = reader.position();
      if (length > reader.remaining()) {
        throw new EOFException("it is truncated inside a chunk of %d bytes".formatted(length));
      }
      ByteReader chunk = new ByteReader(encoded, body);
      if (type.equals("VP8 ") || type.equals("VP8L")) {
        return new WebpContainer(
            width, height, left, top, start, (int) length + CHUNK_HEADER_BYTES);
      }
      if (type.equals("VP8X")) {
        chunk.skip(4); // flags
        width = 1 + u24(chunk);
        height = 1 + u24(chunk);
        limit.check(width, height);
      }
      if (type.equals("ANMF")) {
        left = 2 * u24(chunk);
        top = 2 * u24(chunk);
        reader.skip(FRAME_HEADER_BYTES); // its chunks follow
      } else {
        reader.skip(length + (length & 1));
      }
    }
  }

  /** A file of its own with the picture alone, for a decoder of stills. */
  byte[] still(byte[] encoded) {
    int padded = bitstreamBytes + (bitstreamBytes & 1);
    return ByteBuffer.allocate(RIFF_HEADER_BYTES + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.ISO_8859_1))
        .putInt(4 + padded)
        .put("WEBP".getBytes(StandardCharsets.ISO_8859_1))
        .put(encoded, bitstream, bitstreamBytes)
        .array();
  }

  /** Whether the file declares a canvas of its own; else the picture is the canvas. */
  boolean hasCanvas() {
    return width > 0;
  }

  /** The picture's own width and height, from the first bytes of its bitstream. */
  int[] pictureSize(byte[] encoded) throws IOException {
    ByteReader reader = new ByteReader(encoded, bitstream + CHUNK_HEADER_BYTES);
    boolean lossless = encoded[bitstream + 3] == 'L';
    if (lossless) {
      if (reader.u8() != 0x2f) {
        throw new IOException("its lossless signature is damaged");
      }
      long sizes = reader.u32LittleEndian();
      return new int[] {1 + (int) (sizes & 0x3fff), 1 + (int) (sizes >> 14 & 0x3fff)};
    }
    reader.skip(3); // frame tag
    if (reader.u8() != 0x9d || reader.u8() != 0x01 || reader.u8() != 0x2a) {
      throw new IOException("its key frame signature is damaged");
    }
    return new int[] {reader.u16LittleEndian() & 0x3fff, reader.u16LittleEndian() & 0x3fff};
  }

  private static int u24(ByteReader reader) throws EOFException {
    return reader.u16LittleEndian() | reader.u8() << 16;
  }
}
