package io.github.vanillanet.base.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * BMP's run-length codes, 4 or 8 bits. Like Pillow, this decoder treats the picture as one long
 * line of indices and rejects it unless the codes fill it. One use.
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
    nibbles = header.layout() == BmpLayout.RUN_LENGTH_4;
    width = header.width();
    indices = new byte[width * header.height()];
  }

  /** Palette indices in stored row order. */
  byte[] decode() throws IOException {
    long x = 0; // may exceed the width in absolute mode, as in Pillow
    boolean more = true;
    while (more && filled < indices.length) {
      int count = FileBytes.u8(file);
      int code = FileBytes.u8(file);
      if (count > 0) {
        int kept = (int) Math.max(0, Math.min(count, width - x));
        run(kept, code);
        x += kept;
      } else {
        switch (code) {
          case 0 -> {
            filled = (filled + width - 1) / width * width;
            x = 0;
          }
          case 1 -> more = false;
          case 2 -> {
            FileBytes.skip(file, 2); // the real step: Pillow 9.4 reads two bytes too many
            int right = FileBytes.u8(file);
            filled += right + (long) FileBytes.u8(file) * width;
            x = filled % width;
          }
          default -> {
            absolute(code);
            x += code;
          }
        }
      }
    }
    if (filled < indices.length) {
      throw new EOFException(
          "it is truncated: its runs give %d of %d pixels".formatted(filled, indices.length));
    }
    return indices;
  }

  private void run(int count, int code) {
    for (int i = 0; i < count; i++) {
      append(nibbles ? i % 2 == 0 ? code >> 4 : code & 15 : code);
    }
  }

  private void absolute(int count) {
    int bytes = nibbles ? count / 2 : count;
    for (int i = 0; i < bytes; i++) {
      int value = FileBytes.u8(file);
      if (nibbles) {
        append(value >> 4);
        append(value & 15);
      } else {
        append(value);
      }
    }
    if (file.position() % 2 != 0 && file.remaining() > 0) {
      FileBytes.skip(file, 1); // codes start at even offsets of the file
    }
  }

  private void append(int index) {
    if (filled < indices.length) {
      indices[(int) filled] = (byte) index;
    }
    filled++;
  }
}
