package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * GIF's variable-length LZW over length-prefixed data blocks, as tolerant of odd streams as Pillow.
 * A block that the file does not hold completely counts as missing. Each instance is used once.
 */
final class GifLzw {

  static final int LONGEST_CODE = 12;
  private static final int TABLE_SIZE = 1 << LONGEST_CODE;
  private static final int SPARE_CLEARS = 4096;

  private final ByteBuffer file;
  private final int rootBits;
  private final byte[] last = new byte[TABLE_SIZE];
  private final short[] prefix = new short[TABLE_SIZE];
  private final byte[] string = new byte[TABLE_SIZE];
  private int blockEnd;
  private int bits; // read but not used yet, least significant first
  private int bitCount;

  /**
   * @param file positioned at the first data block
   * @param rootBits bits of a colour index, 0 to 12
   */
  GifLzw(ByteBuffer file, int rootBits) {
    this.file = file;
    this.rootBits = rootBits;
    this.blockEnd = file.position();
  }

  /**
   * Decodes {@code count} colour indices. An end code before the last one is an error, and so are
   * many more clear codes than indices: they cost time and give no pixels.
   */
  byte[] decode(int count) throws IOException {
    byte[] indices = new byte[count];
    int filled = 0;
    int clears = 0;
    int clear = 1 << rootBits;
    int next = clear + 2;
    int codeBits = rootBits + 1;
    int previous = -1;
    byte firstOfPrevious = 0;
    while (filled < count) {
      int code = nextCode(codeBits);
      if (code == clear) {
        if (++clears > filled + SPARE_CLEARS) {
          throw new IOException("its pixels have more clear codes than colours");
        }
        next = clear + 2;
        codeBits = rootBits + 1;
        previous = -1;
        continue;
      }
      if (code == clear + 1) {
        throw new IOException("it is truncated: an end code comes before the last row");
      }
      if (code > (previous < 0 ? clear : next)) {
        throw damaged(code);
      }
      int length = 0;
      int rest = code;
      if (previous >= 0 && code == next) { // the string that this step defines
        string[length++] = firstOfPrevious;
        rest = previous;
      }
      while (rest >= clear) {
        if (length == TABLE_SIZE || rest >= TABLE_SIZE) {
          throw damaged(code);
        }
        string[length++] = last[rest];
        rest = prefix[rest];
      }
      firstOfPrevious = (byte) rest;
      if (previous >= 0 && next < TABLE_SIZE) {
        last[next] = firstOfPrevious;
        prefix[next] = (short) previous;
        if (next == (1 << codeBits) - 1 && codeBits < LONGEST_CODE) {
          codeBits++;
        }
        next++;
      }
      previous = code;
      indices[filled++] = firstOfPrevious;
      while (length > 0 && filled < count) {
        indices[filled++] = string[--length];
      }
    }
    return indices;
  }

  private int nextCode(int codeBits) {
    while (bitCount < codeBits) {
      while (file.position() == blockEnd) {
        blockEnd += 1 + FileBytes.u8(file);
        if (blockEnd > file.limit()) {
          throw new BufferUnderflowException();
        }
      }
      bits |= FileBytes.u8(file) << bitCount;
      bitCount += 8;
    }
    int code = bits & (1 << codeBits) - 1;
    bits >>>= codeBits;
    bitCount -= codeBits;
    return code;
  }

  private static IOException damaged(int code) {
    return new IOException("its pixels are damaged: code %d is undefined".formatted(code));
  }
}
