package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decodes the first frame of a GIF onto the canvas that the file declares, enlarged if the frame
 * extends past it. Canvas outside the frame shows the transparent colour if there is one, otherwise
 * colour 0, as in Pillow; the declared background colour is not used.
 */
final class GifCodec {

  private static final int SIGNATURE_BYTES = 6;
  private static final int EXTENSION = '!';
  private static final int IMAGE = ',';
  private static final int TRAILER = ';';
  private static final int GRAPHIC_CONTROL = 249;
  private static final int COMMENT = 254;

  /** First row and row step of each pass. */
  private static final int[][] INTERLACED = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

  private static final int[][] ONE_PASS = {{0, 1}};

  private GifCodec() {}

  static RgbImage decode(byte[] encoded, long maxPixels) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    file.position(SIGNATURE_BYTES);
    int screenWidth = FileBytes.u16(file);
    int screenHeight = FileBytes.u16(file);
    int flags = FileBytes.u8(file);
    FileBytes.skip(file, 2);
    Palette palette = readPalette(file, flags, new Palette());
    int background = readUntilImage(file);

    int left = FileBytes.u16(file);
    int top = FileBytes.u16(file);
    int frameWidth = FileBytes.u16(file);
    int frameHeight = FileBytes.u16(file);
    int frameFlags = FileBytes.u8(file);
    int width = Math.max(screenWidth, left + frameWidth);
    int height = Math.max(screenHeight, top + frameHeight);
    RgbImage.requireSize(width, height, maxPixels);
    RgbImage.requireSize(frameWidth, frameHeight, maxPixels);
    palette = readPalette(file, frameFlags, palette);
    int rootBits = FileBytes.u8(file);
    byte[] frame = new GifLzw(file, rootBits).decode(frameWidth * frameHeight);

    byte[] canvas = new byte[width * height];
    Arrays.fill(canvas, (byte) background);
    int stored = 0;
    for (int[] pass : (frameFlags & 64) != 0 ? INTERLACED : ONE_PASS) {
      for (int y = pass[0]; y < frameHeight; y += pass[1], stored += frameWidth) {
        System.arraycopy(frame, stored, canvas, (top + y) * width + left, frameWidth);
      }
    }
    byte[] rgb = new byte[3 * canvas.length];
    for (int i = 0; i < canvas.length; i++) {
      palette.put(canvas[i] & 0xff, rgb, 3 * i);
    }
    return new RgbImage(width, height, rgb);
  }

  private static Palette readPalette(ByteBuffer file, int flags, Palette otherwise) {
    if ((flags & 128) == 0) {
      return otherwise;
    }
    int entries = 2 << (flags & 7);
    Palette palette = new Palette();
    palette.fill(file.array(), file.position(), entries, 3);
    FileBytes.skip(file, 3L * entries);
    return palette;
  }

  /**
   * Reads up to the first image descriptor. Skips bytes that start no block.
   *
   * @return the colour index of the canvas outside the frame
   */
  private static int readUntilImage(ByteBuffer file) throws IOException {
    int transparent = 0;
    while (true) {
      int tag = FileBytes.u8(file);
      if (tag == IMAGE) {
        return transparent;
      }
      if (tag == TRAILER) {
        throw new IOException("it holds no frame");
      }
      if (tag == EXTENSION) {
        int label = FileBytes.u8(file);
        byte[] block = new byte[FileBytes.u8(file)];
        file.get(block);
        if (label == GRAPHIC_CONTROL) {
          if (block.length < 4) {
            throw new IOException("its graphic control block is too short");
          }
          if ((block[0] & 1) != 0) {
            transparent = block[3] & 0xff;
          }
        }
        if (label != COMMENT || block.length > 0) {
          skipBlocks(file);
        }
      }
    }
  }

  private static void skipBlocks(ByteBuffer file) {
    int length = FileBytes.u8(file);
    while (length > 0) {
      FileBytes.skip(file, length);
      length = FileBytes.u8(file);
    }
  }
}
