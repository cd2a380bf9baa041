package io.github.vanillanet.base.image;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * Decodes the first picture of a TIFF: strips or tiles, uncompressed, LZW, Deflate, PackBits or
 * JPEG, of 1 to 16 bits. Segments are decompressed row by row, so the working memory is a row
 * besides the picture. Pillow and libtiff apply the orientation of a TIFF in any case.
 */
final class TiffCodec {

  /** Nanoseconds per row of a segment, per decompressed byte, and per byte of the file. */
  private static final int NANOS_PER_ROW = 150;

  private static final int NANOS_PER_ROW_BYTE = 6;
  private static final int NANOS_PER_FILE_BYTE = 10;
  private static final int NANOS_PER_PIXEL = 10;
  private static final int NANOS_PER_SEGMENT = 20_000;

  /** Rows between two checkpoints. */
  private static final int CHECKED_ROWS = 64;

  private final byte[] encoded;
  private final TiffHeader header;
  private final PictureRules rules;
  private final int kept; // samples per pixel that the picture needs

  /** Samples reduced to 8 bits, interleaved. */
  private final byte[] pixels;

  private TiffCodec(byte[] encoded, TiffHeader header, PictureRules rules) {
    this.encoded = encoded;
    this.header = header;
    this.rules = rules;
    this.kept = kept(header, rules);
    this.pixels = new byte[Math.multiplyExact(header.width() * header.height(), kept)];
  }

  private static int kept(TiffHeader header, PictureRules rules) {
    int colours =
        switch (header.photometric()) {
          case TiffHeader.RGB, TiffHeader.YCBCR -> 3;
          case TiffHeader.CMYK -> 4;
          default -> 1;
        };
    boolean alpha = header.alpha() >= 0 && (rules.blends() || header.premultiplied());
    return alpha ? colours + 1 : colours;
  }

  static EncodedImage open(
      byte[] encoded, long maxPixels, long maxNanos, JpegDecoder jpeg, PictureRules rules)
      throws IOException {
    TiffHeader header = TiffHeader.read(encoded, maxPixels);
    long nanos = NANOS_PER_PIXEL * (long) header.width() * header.height();
    if (header.compression() == TiffHeader.JPEG) {
      for (int segment = 0; segment < header.offsets().length && nanos <= maxNanos; segment++) {
        nanos +=
            NANOS_PER_SEGMENT + TiffJpeg.open(encoded, header, segment, maxNanos, jpeg).nanos();
      }
    } else {
      long rows = (long) header.offsets().length * header.segmentHeight();
      nanos += rows * (NANOS_PER_ROW + (long) NANOS_PER_ROW_BYTE * header.rowBytes());
      nanos += NANOS_PER_FILE_BYTE * Arrays.stream(header.lengths()).sum();
      nanos += NANOS_PER_SEGMENT * (long) header.offsets().length;
    }
    return new DecodeWork(
        encoded,
        "%d strips or tiles of %dx%d pixels"
            .formatted(header.offsets().length, header.segmentWidth(), header.segmentHeight()),
        nanos,
        header.orientation(),
        checkpoint -> new TiffCodec(encoded, header, rules).decode(maxNanos, jpeg, checkpoint));
  }

  private RgbImage decode(long maxNanos, JpegDecoder jpeg, Runnable checkpoint) throws IOException {
    int across = header.segmentsAcross();
    int grid = across * header.segmentsDown();
    for (int segment = 0; segment < header.offsets().length; segment++) {
      int top = segment % grid / across * header.segmentHeight();
      int left = segment % grid % across * header.segmentWidth();
      int plane = segment / grid;
      checkpoint.run();
      if (header.compression() == TiffHeader.JPEG) {
        place(TiffJpeg.open(encoded, header, segment, maxNanos, jpeg), left, top, checkpoint);
      } else {
        read(segment, plane, left, top, checkpoint);
      }
    }
    return new RgbImage(header.width(), header.height(), rgb());
  }

  /** Decompresses a segment. */
  private void read(int segment, int plane, int left, int top, Runnable checkpoint)
      throws IOException {
    int rows = header.rows(top / header.segmentHeight());
    byte[] row = new byte[header.rowBytes()];
    Inflater inflater = new Inflater();
    try (InputStream data = data(segment, inflater)) {
      for (int y = top; y < Math.min(top + rows, header.height()); y++) {
        if (data.readNBytes(row, 0, row.length) < row.length) {
          throw new EOFException("it is truncated: strip or tile %d ends early".formatted(segment));
        }
        if (header.differences()) {
          sum(row);
        }
        unpack(row, plane, left, y);
        if (y % CHECKED_ROWS == 0) {
          checkpoint.run();
        }
      }
    } finally {
      inflater.end();
    }
  }

  private InputStream data(int segment, Inflater inflater) throws IOException {
    int start = (int) header.offsets()[segment];
    int length = (int) header.lengths()[segment];
    byte[] file = encoded;
    if (header.reversed()) {
      file = Arrays.copyOfRange(encoded, start, start + length);
      for (int i = 0; i < length; i++) {
        file[i] = (byte) (Integer.reverse(file[i]) >>> 24);
      }
      start = 0;
    }
    ByteArrayInputStream raw = new ByteArrayInputStream(file, start, length);
    return switch (header.compression()) {
      case TiffHeader.LZW -> {
        if (length >= 2 && file[start] == 0 && (file[start + 1] & 1) == 1) {
          throw new IOException("the LZW of TIFF 5 is not supported, expected that of TIFF 6");
        }
        yield new TiffLzw(file, start, length);
      }
      case TiffHeader.DEFLATE, TiffHeader.OLD_DEFLATE -> new InflaterInputStream(raw, inflater);
      case TiffHeader.PACK_BITS -> new PackBits(raw);
      default -> raw;
    };
  }

  /** Undoes the differences of a row. */
  private void sum(byte[] row) {
    int step = header.interleaved();
    if (header.bits() == 8) {
      for (int i = step; i < row.length; i++) {
        row[i] += row[i - step];
      }
      return;
    }
    int high = header.order() == ByteOrder.BIG_ENDIAN ? 0 : 1;
    for (int i = 2 * step; i + 1 < row.length; i += 2) {
      int left = i - 2 * step;
      int sum =
          (row[i + high] << 8 | row[i + 1 - high] & 0xff)
              + (row[left + high] << 8 | row[left + 1 - high] & 0xff);
      row[i + high] = (byte) (sum >> 8);
      row[i + 1 - high] = (byte) sum;
    }
  }

  /** Stores the 8-bit samples of a row. Those right of the picture are dropped. */
  private void unpack(byte[] row, int plane, int left, int y) {
    int columns = Math.min(header.segmentWidth(), header.width() - left);
    int stored = header.interleaved();
    boolean gray = header.photometric() <= TiffHeader.BLACK_IS_ZERO;
    int high = header.order() == ByteOrder.BIG_ENDIAN ? 0 : 1;
    for (int sample = header.planar() ? plane : 0; sample < header.samples(); sample++) {
      int target = target(sample);
      for (int x = 0; target >= 0 && x < columns; x++) {
        int from = x * stored + (header.planar() ? 0 : sample);
        int value;
        if (header.bits() == 8) {
          value = row[from];
        } else if (header.bits() == 16) {
          value = row[2 * from + high];
          if (gray && !rules.scaled() && value != 0) {
            value = 255;
          } else if (gray && !rules.scaled()) {
            value = row[2 * from + 1 - high];
          }
        } else {
          int bit = from * header.bits();
          int levels = (1 << header.bits()) - 1;
          int packed = row[bit >> 3] >> 8 - header.bits() - (bit & 7) & levels;
          value = gray ? packed * 255 / levels : packed;
        }
        pixels[(y * header.width() + left + x) * kept + target] = (byte) value;
      }
      if (header.planar()) {
        return;
      }
    }
  }

  /** The place of a sample in a kept pixel; -1 if it is not kept. */
  private int target(int sample) {
    boolean alpha = header.alpha() >= 0 && (rules.blends() || header.premultiplied());
    int colours = alpha ? kept - 1 : kept;
    return sample < colours ? sample : alpha && sample == header.alpha() ? kept - 1 : -1;
  }

  private byte[] rgb() {
    return switch (header.photometric()) {
      case TiffHeader.CMYK -> {
        for (int i = 0; i < pixels.length; i++) {
          pixels[i] = (byte) ~pixels[i];
        }
        yield JpegPlanes.cmykToRgb(pixels);
      }
      case TiffHeader.RGB, TiffHeader.YCBCR -> kept == 3 ? pixels : withoutAlpha();
      default -> withoutAlpha();
    };
  }

  /** Expands gray and palettes, and puts transparent pixels on the background. */
  private byte[] withoutAlpha() {
    int colours = header.photometric() == TiffHeader.RGB ? 3 : 1;
    int entries = header.colours().length / 3;
    byte[] rgb = new byte[3 * header.width() * header.height()];
    for (int at = 0, from = 0; at < rgb.length; at += 3, from += kept) {
      for (int channel = 0; channel < 3; channel++) {
        byte value = pixels[from + channel % colours];
        if (header.photometric() == TiffHeader.PALETTE) {
          value = (byte) (header.colours()[channel * entries + (value & 0xff)] >> 8);
        } else if (header.photometric() == TiffHeader.WHITE_IS_ZERO) {
          value = (byte) ~value;
        }
        rgb[at + channel] = value;
      }
      if (kept > colours) {
        int alpha = pixels[from + colours] & 0xff;
        for (int i = at; header.premultiplied() && alpha > 0 && i < at + 3; i++) {
          rgb[i] = (byte) Math.min(255, 255 * (rgb[i] & 0xff) / alpha);
        }
        if (rules.blends()) {
          rules.blend(rgb, at, alpha);
        }
      }
    }
    return rgb;
  }

  private void place(JpegHeader jpeg, int left, int top, Runnable checkpoint) throws IOException {
    byte[] rgb = jpeg.decode(Integer.MAX_VALUE, Integer.MAX_VALUE, checkpoint).rgb();
    int columns = Math.min(jpeg.width, header.width() - left);
    for (int y = 0; y < Math.min(jpeg.height, header.height() - top); y++) {
      int from = 3 * y * jpeg.width;
      int to = ((top + y) * header.width() + left) * kept;
      for (int x = 0; x < columns; x++, from += 3, to += kept) {
        System.arraycopy(rgb, from, pixels, to, kept);
      }
    }
  }
}
