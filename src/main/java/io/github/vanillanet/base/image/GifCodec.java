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

  /** Nanoseconds per pixel of the canvas, per pixel of the frame, and per byte of the file. */
  private static final int NANOS_PER_CANVAS_PIXEL = 8;

  private static final int NANOS_PER_FRAME_PIXEL = 12;
  private static final int NANOS_PER_BYTE = 12;

  /** Each pixel takes at most a code and a clear code, of 12 bits each. */
  private static final long MOST_BYTES_PER_PIXEL = 3;

  static DecodeWork open(byte[] encoded, long maxPixels, PictureRules rules) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    file.position(SIGNATURE_BYTES);
    int screenWidth = FileBytes.u16(file);
    int screenHeight = FileBytes.u16(file);
    int flags = FileBytes.u8(file);
    FileBytes.skip(file, 2);
    Palette palette = readPalette(file, flags, new Palette());
    int transparent = readUntilImage(file);

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
    if (transparent >= 0 && rules.blends()) {
      palette.set(transparent, rules.background());
    }
    int background = Math.max(0, transparent);
    int rootBits = FileBytes.u8(file);
    if (rootBits > GifLzw.LONGEST_CODE) {
      throw new IOException(
          "its codes start with %d bits, expected at most %d"
              .formatted(rootBits, GifLzw.LONGEST_CODE));
    }
    Frame frame =
        new Frame(left, top, frameWidth, frameHeight, (frameFlags & 64) != 0, background, palette);
    long framePixels = (long) frameWidth * frameHeight;
    long read = Math.min(file.remaining(), MOST_BYTES_PER_PIXEL * framePixels);
    return new DecodeWork(
        encoded,
        "%dx%d frame on a canvas of %dx%d".formatted(frameWidth, frameHeight, width, height),
        NANOS_PER_CANVAS_PIXEL * (long) width * height
            + NANOS_PER_FRAME_PIXEL * framePixels
            + NANOS_PER_BYTE * read,
        Orientation.UPRIGHT,
        checkpoint -> {
          byte[] indices = new GifLzw(file.duplicate(), rootBits).decode((int) framePixels);
          checkpoint.run();
          return frame.draw(indices, width, height);
        });
  }

  /** The place and the colours of the first frame. */
  private record Frame(
      int left,
      int top,
      int width,
      int height,
      boolean interlaced,
      int background,
      Palette palette) {

    RgbImage draw(byte[] indices, int canvasWidth, int canvasHeight) {
      byte[] canvas = new byte[canvasWidth * canvasHeight];
      Arrays.fill(canvas, (byte) background);
      int stored = 0;
      for (int[] pass : interlaced ? INTERLACED : ONE_PASS) {
        for (int y = pass[0]; y < height; y += pass[1], stored += width) {
          System.arraycopy(indices, stored, canvas, (top + y) * canvasWidth + left, width);
        }
      }
      byte[] rgb = new byte[3 * canvas.length];
      for (int i = 0; i < canvas.length; i++) {
        palette.put(canvas[i] & 0xff, rgb, 3 * i);
      }
      return new RgbImage(canvasWidth, canvasHeight, rgb);
    }
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
   * @return the transparent colour index; -1 if there is none
   */
  private static int readUntilImage(ByteBuffer file) throws IOException {
    int transparent = -1;
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
        int length = FileBytes.u8(file);
        int block = file.position();
        FileBytes.skip(file, length);
        if (label == GRAPHIC_CONTROL) {
          if (length < 4) {
            throw new IOException("its graphic control block is too short");
          }
          if ((file.get(block) & 1) != 0) {
            transparent = file.get(block + 3) & 0xff;
          }
        }
        if (label != COMMENT || length > 0) {
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
