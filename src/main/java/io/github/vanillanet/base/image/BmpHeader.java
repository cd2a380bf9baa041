package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * A BMP's headers, as Pillow reads them.
 *
 * @param topDown whether the first stored row is the top one
 * @param bits per pixel: 1, 4, 8, 16, 24 or 32; determines the length of a row
 * @param indexBits bits to read per pixel of an indexed picture
 * @param layout how a pixel becomes a colour
 * @param palette the colours of an indexed picture
 * @param pixels offset of the pixels in the file
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
  private static final Set<Long> KNOWN_HEADER_BYTES = Set.of(40L, 64L, 108L, 124L);
  private static final int MOST_COLOURS = 65536;

  static BmpHeader read(byte[] encoded, long maxPixels) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    FileBytes.skip(file, OFFSET_OF_PIXEL_START);
    long pixels = FileBytes.u32(file);
    long headerBytes = FileBytes.u32(file);
    boolean os2 = headerBytes == OS2_HEADER_BYTES;
    if (!os2 && !KNOWN_HEADER_BYTES.contains(headerBytes)) {
      throw new IOException("a header of %d bytes is unknown".formatted(headerBytes));
    }
    int afterHeader = FILE_HEADER_BYTES + (int) headerBytes;
    FileBytes.skip(file.duplicate(), headerBytes - 4);
    long width = os2 ? FileBytes.u16(file) : FileBytes.u32(file);
    long height = os2 ? FileBytes.u16(file) : FileBytes.u32(file);
    boolean topDown = !os2 && height >>> 24 == 0xff;
    if (topDown) {
      height = (1L << 32) - height;
    }
    FileBytes.skip(file, 2); // planes
    int bits = FileBytes.u16(file);
    long compression = os2 ? 0 : FileBytes.u32(file);
    long colours = 0;
    if (!os2) {
      FileBytes.skip(file, 12); // size of the pixels, resolution
      colours = FileBytes.u32(file);
      FileBytes.skip(file, 4);
    }
    RgbImage.requireSize(width, height, maxPixels);
    // The masks follow a short header and are part of a long one: at the same offset.
    BmpLayout layout = BmpLayout.of(bits, compression, file, headerBytes >= 56);
    colours = colours == 0 ? 1L << bits : colours;
    if (pixels == FILE_HEADER_BYTES + headerBytes && bits <= 8) {
      pixels += 4 * colours; // a well-known mistake of encoders: the palette is not counted
    }
    Palette palette = new Palette();
    if (bits <= 8) {
      if (colours > MOST_COLOURS) {
        throw new IOException("a palette of %d colours is too long".formatted(colours));
      }
      int stride = os2 ? 3 : 4;
      int entries = (int) Math.min(colours, (encoded.length - afterHeader) / stride);
      palette.fill(encoded, afterHeader, entries, stride);
      palette.swapRedAndBlue(entries);
    }
    if (pixels == 0) {
      pixels = bits <= 8 ? afterHeader + colours * (os2 ? 3 : 4) : file.position();
    }
    // If the palette is black and white, Pillow assumes packed bits.
    int indexBits = bits == 8 && colours == 2 && palette.isBlackAndWhite() ? 1 : bits;
    return new BmpHeader(
        (int) width, (int) height, topDown, bits, indexBits, layout, palette, pixels);
  }

  /** The canvas row, counted from the top, of the {@code index}-th stored row. */
  int row(int index) {
    return topDown ? index : height - 1 - index;
  }
}
