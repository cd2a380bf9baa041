package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A PNG's IHDR chunk.
 *
 * @param bitDepth bits per sample: 1, 2, 4, 8 or 16
 * @param colour the meaning of the samples
 * @param interlaced whether the rows are stored in Adam7's seven passes
 */
record PngHeader(int width, int height, int bitDepth, Colour colour, boolean interlaced) {

  /** PNG's colour types: their number, samples per pixel and allowed bit depths. */
  enum Colour {
    GRAY(0, 1, 1, 2, 4, 8, 16),
    RGB(2, 3, 8, 16),
    PALETTE(3, 1, 1, 2, 4, 8),
    GRAY_ALPHA(4, 2, 8, 16),
    RGB_ALPHA(6, 4, 8, 16);

    final int samples;
    private final int type;
    private final int[] depths;

    Colour(int type, int samples, int... depths) {
      this.type = type;
      this.samples = samples;
      this.depths = depths;
    }

    static Colour of(int type, int bitDepth) throws IOException {
      for (Colour colour : values()) {
        if (colour.type == type && Arrays.stream(colour.depths).anyMatch(d -> d == bitDepth)) {
          return colour;
        }
      }
      throw new IOException(
          "colour type %d with bit depth %d is not defined".formatted(type, bitDepth));
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
        new PngHeader((int) width, (int) height, bitDepth, Colour.of(type, bitDepth), interlaced);
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
}
