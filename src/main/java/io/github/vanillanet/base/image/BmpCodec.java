package io.github.vanillanet.base.image;

import java.io.EOFException;
import java.io.IOException;

/**
 * Decodes BMP with 1, 4, 8, 16, 24 or 32 bits, bit fields or run lengths, bottom-up or top-down.
 * ImageIO is not used because it blends 32-bit pictures differently and rejects some that Pillow
 * reads.
 */
final class BmpCodec {

  private BmpCodec() {}

  static RgbImage decode(byte[] encoded, long maxPixels) throws IOException {
    BmpHeader header = BmpHeader.read(encoded, maxPixels);
    byte[] rgb =
        switch (header.layout()) {
          case RUN_LENGTH_4, RUN_LENGTH_8 -> runLengths(encoded, header);
          case INDEXED, BGR_555, BGR_565, BGR, BGRX, XBGR, RGBX -> rows(encoded, header);
        };
    return new RgbImage(header.width(), header.height(), rgb);
  }

  private static byte[] rows(byte[] encoded, BmpHeader header) throws EOFException {
    long stride = ((long) header.width() * header.bits() + 31) / 32 * 4;
    long rowBytes = ((long) header.width() * header.bits() + 7) / 8; // the last row has no padding
    long end = header.pixels() + stride * (header.height() - 1) + rowBytes;
    if (end > encoded.length) {
      throw new EOFException(
          "it is truncated: its pixels end at byte %d of %d".formatted(end, encoded.length));
    }
    byte[] rgb = new byte[3 * header.width() * header.height()];
    for (int index = 0; index < header.height(); index++) {
      int start = (int) (header.pixels() + stride * index);
      int at = 3 * header.row(index) * header.width();
      for (int x = 0; x < header.width(); x++, at += 3) {
        pixel(encoded, start, x, header, rgb, at);
      }
    }
    return rgb;
  }

  private static void pixel(
      byte[] encoded, int start, int x, BmpHeader header, byte[] rgb, int at) {
    switch (header.layout()) {
      case INDEXED, RUN_LENGTH_4, RUN_LENGTH_8 -> {
        int bits = header.indexBits();
        long bit = (long) x * bits;
        int shift = 8 - bits - (int) (bit & 7);
        int index = encoded[start + (int) (bit >> 3)] >> shift & (1 << bits) - 1;
        header.palette().put(index, rgb, at);
      }
      case BGR_555 -> {
        int value = u16(encoded, start + 2 * x);
        put(rgb, at, (value >> 10 & 31) * 255 / 31, (value >> 5 & 31) * 255 / 31, value & 31);
      }
      case BGR_565 -> {
        int value = u16(encoded, start + 2 * x);
        put(rgb, at, (value >> 11 & 31) * 255 / 31, (value >> 5 & 63) * 255 / 63, value & 31);
      }
      case BGR -> copy(encoded, start + 3 * x, 2, 1, 0, rgb, at);
      case BGRX -> copy(encoded, start + 4 * x, 2, 1, 0, rgb, at);
      case XBGR -> copy(encoded, start + 4 * x, 3, 2, 1, rgb, at);
      case RGBX -> copy(encoded, start + 4 * x, 0, 1, 2, rgb, at);
    }
  }

  private static void put(byte[] rgb, int at, int red, int green, int blueOf31) {
    rgb[at] = (byte) red;
    rgb[at + 1] = (byte) green;
    rgb[at + 2] = (byte) (blueOf31 * 255 / 31);
  }

  private static void copy(
      byte[] encoded, int from, int red, int green, int blue, byte[] rgb, int at) {
    rgb[at] = encoded[from + red];
    rgb[at + 1] = encoded[from + green];
    rgb[at + 2] = encoded[from + blue];
  }

  private static int u16(byte[] encoded, int at) {
    return encoded[at] & 0xff | (encoded[at + 1] & 0xff) << 8;
  }

  private static byte[] runLengths(byte[] encoded, BmpHeader header) throws IOException {
    byte[] indices = new BmpRunLengths(encoded, header).decode();
    byte[] rgb = new byte[3 * indices.length];
    for (int index = 0; index < header.height(); index++) {
      int at = 3 * header.row(index) * header.width();
      for (int x = 0; x < header.width(); x++, at += 3) {
        header.palette().put(indices[index * header.width() + x] & 0xff, rgb, at);
      }
    }
    return rgb;
  }
}
