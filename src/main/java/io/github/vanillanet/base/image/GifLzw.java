package io.github.vanillanet.base.image;

import java.io.IOException;

/** GIF's variable-length LZW, with the same tolerance for odd streams as Pillow. One use. */
final class GifLzw {

  private static final int LONGEST_CODE = 12;
  private static final int TABLE_SIZE = 1 << LONGEST_CODE;

  private final GifBlocks blocks;
  private final int rootBits;
  private final int clear;
  private final byte[] last = new byte[TABLE_SIZE];
  private final short[] prefix = new short[TABLE_SIZE];
  private final byte[] string = new byte[TABLE_SIZE];

  /**
   * @param rootBits bits of a colour index, 0 to 12
   */
  GifLzw(int rootBits, GifBlocks blocks) throws IOException {
    if (rootBits > LONGEST_CODE) {
      throw new IOException(
          "its codes begin with %d bits, expected at most %d".formatted(rootBits, LONGEST_CODE));
    }
    this.blocks = blocks;
    this.rootBits = rootBits;
    this.clear = 1 << rootBits;
  }

  /** Decodes until the frame is full; an end code before that is an error. */
  void decodeInto(GifFrame frame) throws IOException {
    int next = clear + 2;
    int codeBits = rootBits + 1;
    int previous = -1;
    byte firstOfPrevious = 0;
    while (!frame.full()) {
      int code = blocks.next(codeBits);
      if (code == clear) {
        next = clear + 2;
        codeBits = rootBits + 1;
        previous = -1;
        continue;
      }
      if (code == clear + 1) {
        throw new IOException("it is truncated: an end code comes before the last row");
      }
      if (previous < 0) {
        if (code > clear) {
          throw damaged(code);
        }
        firstOfPrevious = (byte) code;
        frame.put(firstOfPrevious);
        previous = code;
        continue;
      }
      if (code > next) {
        throw damaged(code);
      }
      int length = 0;
      int rest = code;
      if (code == next) { // the string that this very step defines
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
      if (next < TABLE_SIZE) {
        last[next] = firstOfPrevious;
        prefix[next] = (short) previous;
        if (next == (1 << codeBits) - 1 && codeBits < LONGEST_CODE) {
          codeBits++;
        }
        next++;
      }
      previous = code;
      frame.put(firstOfPrevious);
      while (length > 0 && !frame.full()) {
        frame.put(string[--length]);
      }
    }
  }

  private static IOException damaged(int code) {
    return new IOException("its pixels are damaged: code %d is undefined".formatted(code));
  }
}
