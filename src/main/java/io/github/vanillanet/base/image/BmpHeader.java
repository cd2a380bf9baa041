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
 * @param runLengthBits bits of an index in run-length codes: 4 or 8, or 0 without such codes
 * @param masks of red, green and blue in a pixel of 16 bits or more
 * @param alphaMask of alpha in a pixel of 32 bits; 0 if there is none
 * @param palette the colours of an indexed picture
 * @param pixels offset of the pixels in the file
 */
record BmpHeader(
    int width,
    int height,
    boolean topDown,
    int bits,
    int indexBits,
    int runLengthBits,
    int[] masks,
    int alphaMask,
    Palette palette,
    long pixels) {

  private static final int FILE_HEADER_BYTES = 14;
  private static final int OFFSET_OF_PIXEL_START = 10;
  private static final int OS2_HEADER_BYTES = 12;
  private static final Set<Long> KNOWN_HEADER_BYTES = Set.of(40L, 64L, 108L, 124L);
  private static final int MAX_COLOURS = 65536;
  private static final int RAW = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BIT_FIELDS = 3;
  private static final int[] BYTE_MASKS = {0xff0000, 0xff00, 0xff};

  /** The masks that Pillow supports: bits per pixel, red, green, blue and, for 32 bits, alpha. */
  private static final Set<String> KNOWN_MASKS =
      Set.of(
          "16:f800,7e0,1f",
          "16:7c00,3e0,1f",
          "24:ff0000,ff00,ff",
          "32:ff0000,ff00,ff,0",
          "32:ff0000,ff00,ff,ff000000",
          "32:0,0,0,0",
          "32:ff000000,ff0000,ff00,0",
          "32:ff000000,ff0000,ff00,ff",
          "32:ff,ff00,ff0000,ff000000");

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
    // The masks follow a short header and are part of a long one. Their offset is the same.
    int[] masks = masks(bits, compression, file, headerBytes >= 56);
    int alphaMask = masks.length == 4 ? masks[3] : 0;
    int runLengthBits = compression == RLE8 ? 8 : compression == RLE4 ? 4 : 0;
    colours = colours == 0 ? 1L << bits : colours;
    if (pixels == FILE_HEADER_BYTES + headerBytes && bits <= 8) {
      pixels += 4 * colours; // a well-known mistake of encoders: the palette is not counted
    }
    Palette palette = new Palette();
    if (bits <= 8) {
      if (colours > MAX_COLOURS) {
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
        (int) width,
        (int) height,
        topDown,
        bits,
        indexBits,
        runLengthBits,
        masks,
        alphaMask,
        palette,
        pixels);
  }

  private static int[] masks(int bits, long compression, ByteBuffer file, boolean withAlpha)
      throws IOException {
    if (compression == BIT_FIELDS) {
      int[] masks = {file.getInt(), file.getInt(), file.getInt()};
      int alpha = withAlpha ? file.getInt() : 0;
      String found = "%d:%x,%x,%x".formatted(bits, masks[0], masks[1], masks[2]);
      String known = bits == 32 ? "%s,%x".formatted(found, alpha) : found;
      if (!KNOWN_MASKS.contains(known)) {
        throw new IOException("colour masks %s are not supported".formatted(known));
      }
      if (bits == 32 && masks[0] != 0) {
        return new int[] {masks[0], masks[1], masks[2], alpha};
      }
      return masks[0] == 0 ? BYTE_MASKS : masks;
    }
    if (compression != RAW && compression != RLE8 && compression != RLE4) {
      throw new IOException("compression %d is not supported".formatted(compression));
    }
    boolean indexed = bits == 1 || bits == 4 || bits == 8;
    if (!indexed && compression != RAW) {
      throw new IOException("run lengths with %d bits per pixel are not defined".formatted(bits));
    }
    if (!indexed && bits != 16 && bits != 24 && bits != 32) {
      throw new IOException("%d bits per pixel are not defined".formatted(bits));
    }
    return bits == 16 ? new int[] {0x7c00, 0x3e0, 0x1f} : BYTE_MASKS;
  }

  /** Offset in the RGB output of the {@code row}-th stored row. */
  int outputStart(int row) {
    return 3 * width * (topDown ? row : height - 1 - row);
  }
}
