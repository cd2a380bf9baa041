package io.github.vanillanet.base.image;

import java.io.IOException;

/**
 * A BMP's headers, as Pillow reads them.
 *
 * @param topDown whether the first stored row is the top one
 * @param bits per pixel: 1, 4, 8, 16, 24 or 32; they decide the length of a row
 * @param indexBits bits that are read per pixel of an indexed picture
 * @param layout how a pixel becomes a colour
 * @param palette the colours of an indexed picture
 * @param pixels where the pixels begin in the file
 */
record BmpHeader(
    int width,
    int height,
    boolean topDown,
    int bits,
    int indexBits,
    BmpLayout layout,
    Palette palette,
    long pixels) {

  private static final int FILE_HEADER_BYTES = 14;
  private static final int OFFSET_OF_PIXEL_START = 10;
  private static final int OS2_HEADER_BYTES = 12;
  private static final int MOST_COLOURS = 65536;

  static BmpHeader read(byte[] encoded, PixelLimit limit) throws IOException {
    long pixels = new ByteReader(encoded, OFFSET_OF_PIXEL_START).u32LittleEndian();
    ByteReader reader = new ByteReader(encoded, FILE_HEADER_BYTES);
    long headerBytes = reader.u32LittleEndian();
    boolean os2 = headerBytes == OS2_HEADER_BYTES;
    if (!os2
        && headerBytes != 40
        && headerBytes != 64
        && headerBytes != 108
        && headerBytes != 124) {
      throw new IOException("a header of %d bytes is unknown".formatted(headerBytes));
    }
    reader.skip(headerBytes - 4);
    int afterHeader = reader.position();
    reader = new ByteReader(encoded, FILE_HEADER_BYTES + 4);
    long width = os2 ? reader.u16LittleEndian() : reader.u32LittleEndian();
    long height = os2 ? reader.u16LittleEndian() : reader.u32LittleEndian();
    boolean topDown = !os2 && height >>> 24 == 0xff;
    if (topDown) {
      height = (1L << 32) - height;
    }
    reader.skip(2); // planes
    int bits = reader.u16LittleEndian();
    long compression = os2 ? 0 : reader.u32LittleEndian();
    long colours = 0;
    if (!os2) {
      reader.skip(12); // size of the pixels, resolution
      colours = reader.u32LittleEndian();
      reader.skip(4);
    }
    limit.check(width, height);
    // The masks stand after a short header and inside a long one: at the same place.
    BmpLayout layout = BmpLayout.of(bits, compression, reader, headerBytes >= 56);
    colours = colours == 0 ? 1L << bits : colours;
    if (pixels == FILE_HEADER_BYTES + headerBytes && bits <= 8) {
      pixels += 4 * colours; // an encoder's well-known mistake: the palette was not counted
    }
    Palette palette = new Palette();
    if (bits <= 8) {
      if (colours > MOST_COLOURS) {
        throw new IOException("a palette of %d colours is too long".formatted(colours));
      }
      int stride = os2 ? 3 : 4;
      int entries = (int) Math.min(colours, (encoded.length - afterHeader) / stride);
      palette.fill(encoded, afterHeader, entries, stride, 2, 1, 0);
    }
    if (pixels == 0) {
      pixels = bits <= 8 ? afterHeader + colours * (os2 ? 3 : 4) : reader.position();
    }
    // Pillow takes a palette of black and white for a sign that the pixels are packed bits.
    int indexBits = bits == 8 && colours == 2 && palette.isBlackAndWhite() ? 1 : bits;
    return new BmpHeader(
        (int) width, (int) height, topDown, bits, indexBits, layout, palette, pixels);
  }

  /** The canvas row, 0 at the top, of the {@code index}-th stored row. */
  int row(int index) {
    return topDown ? index : height - 1 - index;
  }
}
