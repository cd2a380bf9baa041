package io.github.vanillanet.base.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The way from the upright picture to the stored one: pixel (x, y) of the upright picture is stored
 * at {@code origin + x * columnStep + y * rowStep}.
 *
 * @param width of the upright picture
 * @param height of the upright picture
 * @param origin offset of the upright picture's first pixel in the stored bytes
 * @param columnStep bytes to the next column, possibly negative
 * @param rowStep bytes to the next row, possibly negative
 * @see <a href="https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E">Exif,
 *     tag 274</a>
 */
record Orientation(int width, int height, int origin, int columnStep, int rowStep) {

  /** The orientation of a picture that is stored upright. */
  static final int UPRIGHT = 1;

  private static final int TAG = 274;
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ENTRY_BYTES = 12;
  private static final int MAGIC = 42;
  private static final byte[] PREFIX = {'E', 'x', 'i', 'f', 0, 0};

  /**
   * @param number of the tag: 1 to 8
   */
  static Orientation of(int number, RgbImage stored) {
    int across = stored.width();
    int down = stored.height();
    boolean mirrored = number == 2 || number == 3 || number == 7 || number == 8;
    boolean flipped = number == 3 || number == 4 || number == 6 || number == 7;
    boolean transposed = number >= 5;
    int columnStep = mirrored ? -3 : 3;
    int rowStep = flipped ? -3 * across : 3 * across;
    int origin = (mirrored ? 3 * (across - 1) : 0) + (flipped ? 3 * across * (down - 1) : 0);
    return transposed
        ? new Orientation(down, across, origin, rowStep, columnStep)
        : new Orientation(across, down, origin, columnStep, rowStep);
  }

  /**
   * Finds the orientation in Exif data. Reads the first directory only and follows no offset in it,
   * so that data of any content take little time.
   *
   * @param start of the data, with or without their prefix
   * @param length of the data; they may be damaged
   * @return 1 to 8; 1 if there is none or it is not valid
   */
  static int ofExif(byte[] file, int start, int length) {
    ByteBuffer exif = ByteBuffer.wrap(file, start, length).slice();
    if (exif.remaining() >= PREFIX.length
        && exif.slice(0, PREFIX.length).equals(ByteBuffer.wrap(PREFIX))) {
      exif = exif.position(PREFIX.length).slice();
    }
    if (exif.remaining() < 8) {
      return UPRIGHT;
    }
    short order = exif.getShort();
    if (order != 0x4949 && order != 0x4d4d) {
      return UPRIGHT;
    }
    exif.order(order == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    if (exif.getShort() != MAGIC) {
      return UPRIGHT;
    }
    long directory = FileBytes.u32(exif);
    if (directory > exif.limit() - 2) {
      return UPRIGHT;
    }
    exif.position((int) directory);
    int entries = Math.min(FileBytes.u16(exif), exif.remaining() / ENTRY_BYTES);
    for (int entry = 0, at = exif.position(); entry < entries; entry++, at += ENTRY_BYTES) {
      if ((exif.getShort(at) & 0xffff) == TAG) {
        int value =
            switch (exif.getShort(at + 2)) {
              case BYTE -> exif.get(at + 8);
              case SHORT -> exif.getShort(at + 8);
              case LONG -> exif.getInt(at + 8);
              default -> UPRIGHT;
            };
        return value >= 1 && value <= 8 && exif.getInt(at + 4) == 1 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** A copy of the stored picture that is upright. */
  RgbImage turn(RgbImage stored) {
    byte[] from = stored.rgb();
    byte[] to = new byte[from.length];
    int at = 0;
    for (int y = 0; y < height; y++) {
      int source = origin + y * rowStep;
      for (int x = 0; x < width; x++, at += 3, source += columnStep) {
        to[at] = from[source];
        to[at + 1] = from[source + 1];
        to[at + 2] = from[source + 2];
      }
    }
    return new RgbImage(width, height, to);
  }
}
