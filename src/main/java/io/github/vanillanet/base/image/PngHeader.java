package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A PNG's IHDR chunk.
 *
 * @param bitDepth bits per sample: 1, 2, 4, 8 or 16
 * @param colour what the samples mean
 * @param interlaced whether the rows are stored in Adam7's seven passes
 */
record PngHeader(int width, int height, int bitDepth, Colour colour, boolean interlaced) {

  /** PNG's colour types, with samples per pixel. */
  enum Colour {
    GRAY(1),
    RGB(3),
    PALETTE(1),
    GRAY_ALPHA(2),
    RGB_ALPHA(4);

    final int samples;

    Colour(int samples) {
      this.samples = samples;
    }
  }

  static PngHeader read(ByteBuffer chunk, long maxPixels) throws IOException {
    long width = FileBytes.u32(chunk);
    long height = FileBytes.u32(chunk);
    int bitDepth = FileBytes.u8(chunk);
    int type = FileBytes.u8(chunk);
    FileBytes.skip(chunk, 1); // the compression method, which Pillow ignores
    int filter = FileBytes.u8(chunk);
    boolean interlaced = FileBytes.u8(chunk) != 0;
    RgbImage.requireSize(width, height, maxPixels);
    if (filter != 0) {
      throw new IOException("filter method %d is unknown, expected 0".formatted(filter));
    }
    PngHeader header =
        new PngHeader((int) width, (int) height, bitDepth, colour(type, bitDepth), interlaced);
    if (header.rowBytes(header.width) > Integer.MAX_VALUE - 16) {
      throw new IOException("a row of %d pixels is too long".formatted(width));
    }
    return header;
  }

  /** Bytes of one packed row of {@code pixels} pixels, without its filter byte. */
  long rowBytes(int pixels) {
    return ((long) pixels * bitDepth * colour.samples + 7) / 8;
  }

  /** Distance in bytes to the left neighbour that the row filters refer to; at least 1. */
  int filterDistance() {
    return Math.max(1, bitDepth * colour.samples / 8);
  }

  private static Colour colour(int type, int bitDepth) throws IOException {
    boolean whole = bitDepth == 8 || bitDepth == 16;
    boolean packed = bitDepth == 1 || bitDepth == 2 || bitDepth == 4;
    if (type == 0 && (whole || packed)) {
      return Colour.GRAY;
    }
    if (type == 3 && (packed || bitDepth == 8)) {
      return Colour.PALETTE;
    }
    if (whole && (type == 2 || type == 4 || type == 6)) {
      return type == 2 ? Colour.RGB : type == 4 ? Colour.GRAY_ALPHA : Colour.RGB_ALPHA;
    }
    throw new IOException(
        "colour type %d with bit depth %d is not defined".formatted(type, bitDepth));
  }
}
