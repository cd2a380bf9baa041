package io.github.vanillanet.base.image;

import java.io.EOFException;
import java.io.IOException;

/**
 * BMP's run-length codes, 4 or 8 bits. Pillow's decoder treats the picture as one long line of
 * indices and refuses it unless the codes fill it; so does this one. One use.
 */
final class BmpRunLengths {

  private final ByteReader reader;
  private final boolean nibbles;
  private final int width;
  private final byte[] indices;
  private long filled;

  BmpRunLengths(byte[] encoded, BmpHeader header) throws EOFException {
    reader = new ByteReader(encoded, 0);
    reader.skip(header.pixels());
    nibbles = header.layout() == BmpLayout.RUN_LENGTH_4;
    width = header.width();
    indices = new byte[width * header.height()];
  }

  /** Palette indices in stored row order. */
  byte[] decode() throws IOException {
    long x = 0; // may run past the row's end in absolute mode, as Pillow's does
    boolean more = true;
    while (more && filled < indices.length) {
      int count = reader.u8();
      int code = reader.u8();
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
            reader.skip(2); // the real step: Pillow 9.4 reads two bytes too many, so do we
            int right = reader.u8();
            filled += right + (long) reader.u8() * width;
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

  private void absolute(int count) throws IOException {
    int bytes = nibbles ? count / 2 : count;
    for (int i = 0; i < bytes; i++) {
      int value = reader.u8();
      if (nibbles) {
        append(value >> 4);
        append(value & 15);
      } else {
        append(value);
      }
    }
    if (reader.position() % 2 != 0 && reader.remaining() > 0) {
      reader.skip(1); // codes begin at even offsets of the file
    }
  }

  private void append(int index) {
    if (filled < indices.length) {
      indices[(int) filled] = (byte) index;
    }
    filled++;
  }
}
