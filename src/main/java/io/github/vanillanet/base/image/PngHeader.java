package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG before its pixels.
 *
 * @param bitDepth bits per sample: 1, 2, 4, 8 or 16
 * @param colour the meaning of the samples
 * @param interlaced whether the rows are stored in Adam7's seven passes
 * @param palette the colours of {@link Colour#PALETTE}
 * @param transparency content of the chunk tRNS; empty if there is none. Alphas of the palette's
 *     first entries, or the samples of the one transparent colour, 16 bits each
 * @param orientation in the chunk eXIf, 1 to 8; 1 if there is none
 */
record PngHeader(
    int width,
    int height,
    int bitDepth,
    Colour colour,
    boolean interlaced,
    Palette palette,
    byte[] transparency,
    int orientation) {

  private static final byte[] NO_TRANSPARENCY = {};

  private static final int LENGTH_BYTES = 4;
  private static final int TYPE_BYTES = 4;

  /** Two rows are held in memory. A row of 64-bit pixels may have two million of them. */
  private static final long MOST_ROW_BYTES = 16 << 20;

  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504c5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454e44;
  private static final int TRNS = 0x74524e53;
  private static final int EXIF = 0x65584966;

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

  /**
   * Reads the chunks before the pixels as Pillow does: verifies their checksums and skips unknown
   * ones.
   *
   * @param file positioned after the signature; moved to the first IDAT chunk
   */
  static PngHeader read(ByteBuffer file, long maxPixels) throws IOException {
    Palette palette = new Palette();
    CRC32 checksum = new CRC32();
    Optional<PngHeader> header = Optional.empty();
    byte[] transparency = NO_TRANSPARENCY;
    int orientation = 0;
    while (true) {
      int start = file.position();
      long length = FileBytes.u32(file);
      int type = file.getInt();
      int body = file.position();
      if (type == IDAT) {
        file.position(start);
        int known = orientation == 0 ? orientationAfterPixels(file.duplicate()) : orientation;
        return header
            .orElseThrow(() -> new IOException("it has no IHDR chunk before its pixels"))
            .with(transparency, known);
      }
      if (type == IEND) {
        throw new IOException("it has no IDAT chunk");
      }
      FileBytes.skip(file, length);
      checksum.reset();
      checksum.update(file.array(), start + LENGTH_BYTES, TYPE_BYTES + (int) length);
      long expected = FileBytes.u32(file);
      if (checksum.getValue() != expected) {
        throw new IOException(
            "chunk %s has checksum %08x, expected %08x"
                .formatted(name(type), checksum.getValue(), expected));
      }
      if (type == IHDR) {
        header = Optional.of(readHeader(file.duplicate().position(body), palette, maxPixels));
      } else if (type == PLTE) {
        palette.fill(file.array(), body, (int) length / 3, 3);
      } else if (type == TRNS) {
        transparency = Arrays.copyOfRange(file.array(), body, body + (int) Math.min(256, length));
      } else if (type == EXIF && orientation == 0) {
        orientation = Orientation.ofExif(file.array(), body, (int) length);
      }
    }
  }

  /** The orientation in a chunk after the pixels. Ignores damaged chunks, as {@link PngRows}. */
  private static int orientationAfterPixels(ByteBuffer file) {
    while (file.remaining() >= 3 * Integer.BYTES) {
      long length = FileBytes.u32(file);
      int type = file.getInt();
      if (length > file.remaining() - Integer.BYTES) {
        break;
      }
      if (type == EXIF) {
        return Orientation.ofExif(file.array(), file.position(), (int) length);
      }
      file.position(file.position() + (int) length + Integer.BYTES);
    }
    return Orientation.UPRIGHT;
  }

  private PngHeader with(byte[] alphas, int turned) {
    return new PngHeader(
        width, height, bitDepth, colour, interlaced, palette, alphas, Math.max(1, turned));
  }

  private static String name(int type) {
    byte[] letters = ByteBuffer.allocate(Integer.BYTES).putInt(type).array();
    return new String(letters, StandardCharsets.ISO_8859_1).replaceAll("[^A-Za-z]", "?");
  }

  private static PngHeader readHeader(ByteBuffer chunk, Palette palette, long maxPixels)
      throws IOException {
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
        new PngHeader(
            (int) width,
            (int) height,
            bitDepth,
            Colour.of(type, bitDepth),
            interlaced,
            palette,
            NO_TRANSPARENCY,
            Orientation.UPRIGHT);
    if (header.rowBytes(header.width) > MOST_ROW_BYTES) {
      throw new IOException(
          "a row of %d pixels takes %d bytes, expected at most %d"
              .formatted(width, header.rowBytes(header.width), MOST_ROW_BYTES));
    }
    return header;
  }

  /** Bytes of one packed row of {@code pixels} pixels, without its filter byte. */
  long rowBytes(int pixels) {
    return ((long) pixels * bitDepth * colour.samples + 7) / 8;
  }

  /** Returns whether any pixel may be transparent. */
  boolean hasAlpha() {
    return colour == Colour.GRAY_ALPHA || colour == Colour.RGB_ALPHA || transparency.length > 0;
  }

  /** Distance in bytes to the left neighbour that the row filters refer to; at least 1. */
  int filterDistance() {
    return Math.max(1, bitDepth * colour.samples / 8);
  }
}
