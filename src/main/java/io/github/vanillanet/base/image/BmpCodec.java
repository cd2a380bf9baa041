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

  /** Nanoseconds per pixel, and per byte of run-length codes. */
  private static final int NANOS_PER_PIXEL = 14;

  private static final int NANOS_PER_BYTE = 5;

  static DecodeWork open(byte[] encoded, long maxPixels, PictureRules rules) throws IOException {
    BmpHeader header = BmpHeader.read(encoded, maxPixels);
    boolean runs = header.runLengthBits() > 0;
    return new DecodeWork(
        encoded,
        "%dx%d pixels in %d bytes".formatted(header.width(), header.height(), encoded.length),
        NANOS_PER_PIXEL * (long) header.width() * header.height()
            + (runs ? NANOS_PER_BYTE * (long) encoded.length : 0),
        Orientation.UPRIGHT,
        checkpoint -> decode(encoded, header, rules, checkpoint));
  }

  private static RgbImage decode(
      byte[] encoded, BmpHeader header, PictureRules rules, Runnable checkpoint)
      throws IOException {
    int width = header.width();
    int height = header.height();
    byte[] data = encoded;
    int indexBits = header.indexBits();
    long start = header.pixels();
    long stride = ((long) width * header.bits() + 31) / 32 * 4;
    long rowBytes = ((long) width * header.bits() + 7) / 8; // the last row has no padding
    long end = start + stride * (height - 1) + rowBytes;
    if (header.runLengthBits() > 0) {
      data = new BmpRunLengths(encoded, header).decode();
      indexBits = 8;
      start = 0;
      stride = width;
    } else if (end > encoded.length) {
      throw new EOFException(
          "it is truncated: its pixels end at byte %d of %d".formatted(end, encoded.length));
    }
    checkpoint.run();
    byte[] rgb = new byte[3 * width * height];
    for (int row = 0; row < height; row++) {
      int rowStart = (int) (start + stride * row);
      if (header.bits() <= 8) {
        indexedRow(data, rowStart, indexBits, header, rgb, header.outputStart(row));
      } else {
        colourRow(data, rowStart, header, rgb, header.outputStart(row));
      }
    }
    if (rules.blends() && header.alphaMask() != 0) {
      blend(encoded, (int) start, (int) stride, header, rules, rgb);
    }
    return new RgbImage(width, height, rgb);
  }

  /** Puts 32-bit pixels on the background. Programs that ignore alpha leave all of it at 0. */
  private static void blend(
      byte[] encoded, int start, int stride, BmpHeader header, PictureRules rules, byte[] rgb) {
    int offset = Integer.numberOfTrailingZeros(header.alphaMask()) / 8;
    int any = 0;
    for (int row = 0; row < header.height(); row++) {
      for (int x = 0; x < header.width(); x++) {
        any |= encoded[start + row * stride + 4 * x + offset];
      }
    }
    for (int row = 0; any != 0 && row < header.height(); row++) {
      for (int x = 0; x < header.width(); x++) {
        int alpha = encoded[start + row * stride + 4 * x + offset] & 0xff;
        rules.blend(rgb, header.outputStart(row) + 3 * x, alpha);
      }
    }
  }

  private static void indexedRow(
      byte[] indices, int start, int bits, BmpHeader header, byte[] rgb, int outputStart) {
    for (int x = 0; x < header.width(); x++) {
      long bit = (long) x * bits;
      int shift = 8 - bits - (int) (bit & 7);
      int index = indices[start + (int) (bit >> 3)] >> shift & (1 << bits) - 1;
      header.palette().put(index, rgb, outputStart + 3 * x);
    }
  }

  private static void colourRow(
      byte[] encoded, int start, BmpHeader header, byte[] rgb, int outputStart) {
    int bytes = header.bits() / 8;
    for (int channel = 0; channel < 3; channel++) {
      int mask = header.masks()[channel];
      int shift = Integer.numberOfTrailingZeros(mask);
      int largest = mask >>> shift;
      for (int x = 0; x < header.width(); x++) {
        int pixel = 0;
        for (int i = 0; i < bytes; i++) {
          pixel |= (encoded[start + x * bytes + i] & 0xff) << 8 * i;
        }
        int sample = (pixel & mask) >>> shift;
        rgb[outputStart + 3 * x + channel] =
            (byte) (largest == 255 ? sample : sample * 255 / largest);
      }
    }
  }
}
