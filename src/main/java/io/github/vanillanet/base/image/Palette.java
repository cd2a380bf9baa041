package io.github.vanillanet.base.image;

import java.io.EOFException;
import java.util.Arrays;

/**
 * 256 colours. Entries that a file does not define are gray levels, entry i being (i, i, i), as in
 * Pillow. One thread.
 */
final class Palette {

  private final byte[] rgb = new byte[3 * 256];

  Palette() {
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3);
    }
  }

  /**
   * Takes up to 256 entries of {@code stride} bytes each; {@code red}, {@code green} and {@code
   * blue} are offsets in an entry.
   */
  void fill(byte[] bytes, int start, int entries, int stride, int red, int green, int blue)
      throws EOFException {
    int used = Math.min(256, entries);
    if (start + (long) used * stride > bytes.length) {
      throw new EOFException("it is truncated inside its palette");
    }
    for (int i = 0, from = start; i < used; i++, from += stride) {
      rgb[3 * i] = bytes[from + red];
      rgb[3 * i + 1] = bytes[from + green];
      rgb[3 * i + 2] = bytes[from + blue];
    }
  }

  /** Writes the colour of {@code index} at {@code at}. */
  void put(int index, byte[] out, int at) {
    int from = 3 * index;
    out[at] = rgb[from];
    out[at + 1] = rgb[from + 1];
    out[at + 2] = rgb[from + 2];
  }

  /** Whether entry 0 is black and entry 1 white. */
  boolean isBlackAndWhite() {
    return Arrays.equals(rgb, 0, 6, new byte[] {0, 0, 0, -1, -1, -1}, 0, 6);
  }
}
