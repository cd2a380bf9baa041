package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Set;

/**
 * The layout of a TIFF's first picture: a grid of strips or tiles. Everything that a decode
 * allocates or reads is checked here.
 *
 * @param order of the bytes of 16-bit samples
 * @param bits per sample: 1, 2, 4, 8 or 16
 * @param samples per pixel
 * @param photometric meaning of the samples
 * @param compression of each segment
 * @param differences whether each sample is the difference to its left neighbour
 * @param reversed whether the bits of each byte are stored lowest first
 * @param planar whether each sample has segments of its own
 * @param alpha index of the sample that is alpha; -1 if there is none
 * @param premultiplied whether colours are stored multiplied by alpha
 * @param segmentWidth columns of a segment; those past the picture are stored, too
 * @param segmentHeight rows of a segment; strips end with the picture
 * @param tiled whether the segments are tiles
 * @param offsets of the segments, row by row, plane after plane
 * @param lengths of the segments in bytes
 * @param colours red, green and blue of each palette entry, 16 bits each, colour after colour
 * @param jpegTables of JPEG segments
 * @param orientation of the stored picture, 1 to 8
 */
record TiffHeader(
    int width,
    int height,
    ByteOrder order,
    int bits,
    int samples,
    int photometric,
    int compression,
    boolean differences,
    boolean reversed,
    boolean planar,
    int alpha,
    boolean premultiplied,
    int segmentWidth,
    int segmentHeight,
    boolean tiled,
    long[] offsets,
    long[] lengths,
    long[] colours,
    byte[] jpegTables,
    int orientation) {

  static final int WHITE_IS_ZERO = 0;
  static final int BLACK_IS_ZERO = 1;
  static final int RGB = 2;
  static final int PALETTE = 3;
  static final int CMYK = 5;
  static final int YCBCR = 6;

  static final int NONE = 1;
  static final int LZW = 5;
  static final int JPEG = 7;
  static final int DEFLATE = 8;
  static final int OLD_DEFLATE = 32946;
  static final int PACK_BITS = 32773;

  /** Five samples of each fit into one array. */
  private static final long MOST_PIXELS = (Integer.MAX_VALUE - 16) / 5;

  private static final int MOST_SAMPLES = 8;
  private static final int MOST_SEGMENTS = 1 << 20;
  private static final long MOST_ROW_BYTES = 16 << 20;
  private static final int DNG_VERSION = 50706;
  private static final int SUB_DIRECTORIES = 330;

  static TiffHeader read(byte[] encoded, long maxPixels) throws IOException {
    TiffDirectory tags = TiffDirectory.read(encoded);
    int photometric = (int) tags.number(262, -1);
    boolean thumbnail = (tags.number(254, 0) & 1) == 1 && tags.has(SUB_DIRECTORIES);
    if (tags.has(DNG_VERSION) || thumbnail || photometric > 32767) {
      throw ForeignFormat.unsupported("a camera raw image", ForeignFormat.CONVERT_RAW);
    }
    long width = tags.number(256, 0);
    long height = tags.number(257, 0);
    RgbImage.requireSize(width, height, Math.min(maxPixels, MOST_PIXELS));
    int samples = (int) Math.min(tags.number(277, 1), Integer.MAX_VALUE);
    if (samples < 1 || samples > MOST_SAMPLES) {
      throw new IOException(
          "it has %d samples per pixel, expected 1 to %d".formatted(samples, MOST_SAMPLES));
    }
    int bits = bits(tags, samples);
    int compression = (int) tags.number(259, NONE);
    requireCompression(compression);
    int colours = requireColours(photometric, samples, bits, compression);
    boolean planar = tags.number(284, 1) == 2 && samples > 1;
    if (compression == JPEG && (samples != colours || colours > 3 || planar)) {
      throw new IOException(
          "%d samples in JPEG compression are not supported, expected gray or RGB together"
              .formatted(samples));
    }
    boolean tiled = tags.has(322);
    long segmentWidth = tiled ? tags.number(322, 0) : width;
    long segmentHeight = tiled ? tags.number(323, 0) : Math.min(height, tags.number(278, height));
    RgbImage.requireSize(segmentWidth, segmentHeight, maxPixels);
    if (segmentWidth * samples * bits / 8 > MOST_ROW_BYTES) {
      throw new IOException("a row of %d pixels takes too many bytes".formatted(segmentWidth));
    }
    long across = (width + segmentWidth - 1) / segmentWidth;
    long down = (height + segmentHeight - 1) / segmentHeight;
    long segments = across * down * (planar ? samples : 1);
    if (segments > MOST_SEGMENTS) {
      throw new IOException(
          "it has %d strips or tiles, expected at most %d".formatted(segments, MOST_SEGMENTS));
    }
    long[] offsets = tags.numbers(tiled ? 324 : 273, (int) segments);
    long[] lengths = tags.numbers(tiled ? 325 : 279, (int) segments);
    if (lengths.length == 0 && segments == 1 && offsets.length == 1) {
      lengths = new long[] {encoded.length - offsets[0]}; // a usual mistake of encoders
    }
    requireInFile(offsets, lengths, (int) segments, encoded.length);
    long predictor = tags.number(317, 1);
    boolean predicts = compression == LZW || compression == DEFLATE || compression == OLD_DEFLATE;
    if (predicts && predictor != 1 && (predictor != 2 || bits < 8)) {
      throw new IOException("predictor %d with %d bits is unknown".formatted(predictor, bits));
    }
    boolean reversed = tags.number(266, 1) == 2;
    if (reversed && compression != NONE && compression != PACK_BITS) {
      throw new IOException("reversed bits are supported in uncompressed pictures only");
    }
    int extra = samples > colours ? (int) tags.number(338, samples == colours + 1 ? 2 : 0) : 0;
    long orientation = tags.number(274, Orientation.UPRIGHT);
    return new TiffHeader(
        (int) width,
        (int) height,
        tags.order(),
        bits,
        samples,
        photometric,
        compression,
        predicts && predictor == 2,
        reversed,
        planar,
        extra == 0 || photometric == CMYK ? -1 : colours,
        extra == 1,
        (int) segmentWidth,
        (int) segmentHeight,
        tiled,
        offsets,
        lengths,
        photometric == PALETTE ? colourMap(tags, bits) : new long[0],
        compression == JPEG ? tags.bytes(347) : new byte[0],
        orientation >= 1 && orientation <= 8 ? (int) orientation : Orientation.UPRIGHT);
  }

  private static int bits(TiffDirectory tags, int samples) throws IOException {
    long[] bits = tags.numbers(258, samples);
    int first = bits.length == 0 ? 1 : (int) Math.min(bits[0], Integer.MAX_VALUE);
    if (!Set.of(1, 2, 4, 8, 16).contains(first)
        || Arrays.stream(bits).anyMatch(other -> other != first)) {
      throw new IOException(
          "it has %s bits per sample, expected 1, 2, 4, 8 or 16".formatted(Arrays.toString(bits)));
    }
    long format = tags.number(339, 1);
    if (format != 1) {
      throw new IOException("its samples have format %d, expected unsigned".formatted(format));
    }
    return first;
  }

  private static void requireCompression(int compression) throws IOException {
    String name =
        switch (compression) {
          case NONE, LZW, JPEG, DEFLATE, OLD_DEFLATE, PACK_BITS -> "";
          case 2, 3, 4 -> "fax";
          case 6 -> "old JPEG";
          case 34661 -> "JBIG";
          case 34712, 33003, 33005 -> "JPEG 2000";
          case 34887 -> "LERC";
          case 34925 -> "LZMA";
          case 50000, 34926 -> "Zstandard";
          case 50001, 34927 -> "WebP";
          default -> Integer.toString(compression);
        };
    if (!name.isEmpty()) {
      throw new IOException(
          "its compression (%s) is not supported, expected none, LZW, Deflate, PackBits or JPEG."
                  .formatted(name)
              + " Save it again, for example with tiffcp -c lzw");
    }
  }

  /** Samples of a pixel's colour. */
  private static int requireColours(int photometric, int samples, int bits, int compression)
      throws IOException {
    int colours =
        switch (photometric) {
          case WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE -> 1;
          case RGB -> 3;
          case CMYK -> 4;
          case YCBCR -> compression == JPEG ? 3 : 0;
          default -> 0;
        };
    if (colours == 0 || samples < colours) {
      throw new IOException(
          "photometric %d with %d samples is not supported, expected gray, palette, RGB or CMYK"
              .formatted(photometric, samples));
    }
    boolean packed = bits < 8 && (samples > 1 || compression == JPEG);
    if (packed || bits == 16 && (photometric == PALETTE || compression == JPEG)) {
      throw new IOException(
          "%d samples of %d bits are not supported here, expected 8".formatted(samples, bits));
    }
    return colours;
  }

  private static void requireInFile(long[] offsets, long[] lengths, int segments, int fileBytes)
      throws IOException {
    if (offsets.length < segments || lengths.length < segments) {
      throw new IOException(
          "it has %d strips or tiles, expected %d"
              .formatted(Math.min(offsets.length, lengths.length), segments));
    }
    for (int i = 0; i < segments; i++) {
      if (offsets[i] < 0 || lengths[i] < 0 || offsets[i] > fileBytes - lengths[i]) {
        throw new IOException(
            "it is truncated: strip or tile %d ends after the file's %d bytes"
                .formatted(i, fileBytes));
      }
    }
  }

  private static long[] colourMap(TiffDirectory tags, int bits) throws IOException {
    long[] colours = tags.numbers(320, 3 << bits);
    if (colours.length != 3 << bits) {
      throw new IOException(
          "its palette has %d values, expected %d".formatted(colours.length, 3 << bits));
    }
    return colours;
  }

  /** Samples that follow each other in a segment. */
  int interleaved() {
    return planar ? 1 : samples;
  }

  /** Bytes of a segment's row. */
  int rowBytes() {
    return (int) (((long) segmentWidth * interleaved() * bits + 7) / 8);
  }

  int segmentsAcross() {
    return (width + segmentWidth - 1) / segmentWidth;
  }

  int segmentsDown() {
    return (height + segmentHeight - 1) / segmentHeight;
  }

  /** Stored rows of the segments in one row of the grid. */
  int rows(int gridRow) {
    return tiled ? segmentHeight : Math.min(segmentHeight, height - gridRow * segmentHeight);
  }
}
