package io.github.vanillanet.base.image;

import java.io.EOFException;
import java.nio.ByteBuffer;

/**
 * BMP's run-length codes, 4 or 8 bits. Like Pillow, this decoder treats the picture as one long
 * line of indices and rejects it unless the codes fill it. Each instance is used once.
 */
final class BmpRunLengths {

  private final ByteBuffer file;
  private final boolean nibbles;
  private final int width;
  private final byte[] indices;
  private long filled;

  BmpRunLengths(byte[] encoded, BmpHeader header) {
    file = ByteBuffer.wrap(encoded);
    FileBytes.skip(file, header.pixels());
    nibbles = header.runLengthBits() == 4;
    width = header.width();
    indices = new byte[width * header.height()];
  }

  /** Palette indices in stored row order. */
  byte[] decode() throws EOFException {
    long x = 0; // may exceed the width after literal indices, as in Pillow
    while (filled < indices.length) {
      int count = FileBytes.u8(file);
      int code = FileBytes.u8(file);
      if (count > 0) { // a run
        long kept = Math.max(0, Math.min(count, width - x));
        for (int i = 0; i < kept; i++) {
          append(!nibbles ? code : i % 2 == 0 ? code >> 4 : code & 15);
        }
        x += kept;
      } else if (code == 0) { // the end of a row
        filled = (filled + width - 1) / width * width;
        x = 0;
      } else if (code == 1) { // the end of the picture
        break;
      } else if (code == 2) { // a step right and down
        FileBytes.skip(file, 2); // the real step: Pillow 9.4 reads two bytes too many
        filled += FileBytes.u8(file);
        filled += (long) FileBytes.u8(file) * width;
        x = filled % width;
      } else { // literal indices
        for (int i = 0; i < (nibbles ? code / 2 : code); i++) {
          int value = FileBytes.u8(file);
          if (nibbles) {
            append(value >> 4);
          }
          append(nibbles ? value & 15 : value);
        }
        x += code;
        if (file.position() % 2 != 0 && file.hasRemaining()) {
          file.get(); // codes start at even offsets of the file
        }
      }
    }
    if (filled < indices.length) {
      throw new EOFException(
          "it is truncated: its runs give %d of %d pixels".formatted(filled, indices.length));
    }
    return indices;
  }

  private void append(int index) {
    if (filled < indices.length) {
      indices[(int) filled] = (byte) index;
    }
    filled++;
  }
}
