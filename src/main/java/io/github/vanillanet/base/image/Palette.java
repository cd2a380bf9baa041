package io.github.vanillanet.base.image;

import java.nio.BufferUnderflowException;
import java.util.Arrays;

/** 256 colours. Undefined entries are gray: entry i is (i, i, i), as in Pillow. Not thread-safe. */
final class Palette {

  private final byte[] rgb = new byte[3 * 256];

  Palette() {
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3);
    }
  }

  /** Reads up to 256 entries of {@code stride} bytes each: red, green, blue. */
  void fill(byte[] bytes, int start, int entries, int stride) {
    int used = Math.min(256, entries);
    if (start + (long) used * stride > bytes.length) {
      throw new BufferUnderflowException();
    }
    for (int i = 0; i < used; i++) {
      System.arraycopy(bytes, start + i * stride, rgb, 3 * i, 3);
    }
  }

  void swapRedAndBlue(int entries) {
    for (int at = 0; at < 3 * Math.min(256, entries); at += 3) {
      byte red = rgb[at];
      rgb[at] = rgb[at + 2];
      rgb[at + 2] = red;
    }
  }

  void put(int index, byte[] out, int at) {
    System.arraycopy(rgb, 3 * index, out, at, 3);
  }

  /**
   * @param colour {@code 0xrrggbb}
   */
  void set(int index, int colour) {
    rgb[3 * index] = (byte) (colour >> 16);
    rgb[3 * index + 1] = (byte) (colour >> 8);
    rgb[3 * index + 2] = (byte) colour;
  }

  boolean isBlackAndWhite() {
    return Arrays.equals(rgb, 0, 6, new byte[] {0, 0, 0, -1, -1, -1}, 0, 6);
  }
}
