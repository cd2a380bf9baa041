package io.github.vanillanet.base.image;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * The first frame of a GIF, on the canvas that the file declares (enlarged if the frame sticks
 * out). Canvas outside the frame shows the transparent colour if there is one, else colour 0, as in
 * Pillow; the declared background colour is not used.
 */
final class GifCodec implements Codec {

  private static final int SIGNATURE_BYTES = 6;
  private static final int EXTENSION = '!';
  private static final int IMAGE = ',';
  private static final int TRAILER = ';';
  private static final int GRAPHIC_CONTROL = 249;
  private static final int COMMENT = 254;

  @Override
  public RgbImage decode(byte[] encoded, PixelLimit limit) throws IOException {
    ByteReader reader = new ByteReader(encoded, SIGNATURE_BYTES);
    int screenWidth = reader.u16LittleEndian();
    int screenHeight = reader.u16LittleEndian();
    int flags = reader.u8();
    reader.skip(2);
    Palette palette = readPalette(encoded, reader, flags, new Palette());
    int background = readUntilImage(reader);

    int left = reader.u16LittleEndian();
    int top = reader.u16LittleEndian();
    int frameWidth = reader.u16LittleEndian();
    int frameHeight = reader.u16LittleEndian();
    int frameFlags = reader.u8();
    int width = Math.max(screenWidth, left + frameWidth);
    int height = Math.max(screenHeight, top + frameHeight);
    limit.check(width, height);
    limit.check(frameWidth, frameHeight);
    palette = readPalette(encoded, reader, frameFlags, palette);

    byte[] canvas = new byte[width * height];
    Arrays.fill(canvas, (byte) background);
    boolean interlaced = (frameFlags & 64) != 0;
    GifFrame frame = new GifFrame(canvas, width, left, top, frameWidth, frameHeight, interlaced);
    int codeBits = reader.u8();
    new GifLzw(codeBits, new GifBlocks(encoded, reader.position())).decodeInto(frame);
    byte[] rgb = new byte[3 * canvas.length];
    for (int i = 0; i < canvas.length; i++) {
      palette.put(canvas[i] & 0xff, rgb, 3 * i);
    }
    return new RgbImage(width, height, rgb);
  }

  private static Palette readPalette(
      byte[] encoded, ByteReader reader, int flags, Palette otherwise) throws EOFException {
    if ((flags & 128) == 0) {
      return otherwise;
    }
    int entries = 2 << (flags & 7);
    Palette palette = new Palette();
    palette.fill(encoded, reader.position(), entries, 3, 0, 1, 2);
    reader.skip(3L * entries);
    return palette;
  }

  /**
   * Reads up to the first image descriptor. Bytes that begin no block are skipped.
   *
   * @return the colour index that shows outside the frame
   */
  private static int readUntilImage(ByteReader reader) throws IOException {
    int transparent = 0;
    while (true) {
      int tag = reader.u8();
      if (tag == IMAGE) {
        return transparent;
      }
      if (tag == TRAILER) {
        throw new IOException("it holds no frame");
      }
      if (tag == EXTENSION) {
        int label = reader.u8();
        byte[] block = reader.bytes(reader.u8());
        if (label == GRAPHIC_CONTROL) {
          if (block.length < 4) {
            throw new IOException("its graphic control block is too short");
          }
          if ((block[0] & 1) != 0) {
            transparent = block[3] & 0xff;
          }
        }
        if (label != COMMENT || block.length > 0) {
          skipBlocks(reader);
        }
      }
    }
  }

  private static void skipBlocks(ByteReader reader) throws EOFException {
    int length = reader.u8();
    while (length > 0) {
      reader.skip(length);
      length = reader.u8();
    }
  }
}
