package io.github.vanillanet.base.image;

import java.io.IOException;
import java.io.InputStream;

/**
 * TIFF's variable-length LZW, most significant bits first; codes grow one code early. Holds one
 * table and one string in memory. Not thread-safe.
 */
final class TiffLzw extends InputStream {

  private static final int CLEAR = 256;
  private static final int END = 257;
  private static final int FIRST = 258;
  private static final int LONGEST_CODE = 12;
  private static final int TABLE_SIZE = 1 << LONGEST_CODE;

  private final byte[] file;
  private final int end;
  private int at;
  private int bits;
  private int bitCount;
  private int codeBits = 9;
  private int next = FIRST;
  private int previous = -1;
  private final byte[] last = new byte[TABLE_SIZE];
  private final byte[] first = new byte[TABLE_SIZE];
  private final short[] prefix = new short[TABLE_SIZE];
  private final short[] length = new short[TABLE_SIZE];
  private final byte[] string = new byte[TABLE_SIZE];
  private int stringAt;
  private int stringEnd;

  TiffLzw(byte[] file, int start, int length) {
    this.file = file;
    this.at = start;
    this.end = start + length;
    for (int i = 0; i < 256; i++) {
      last[i] = (byte) i;
      first[i] = (byte) i;
      this.length[i] = 1;
    }
  }

  @Override
  public int read() throws IOException {
    return stringAt < stringEnd || fill() ? string[stringAt++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int start, int count) throws IOException {
    int filled = 0;
    while (filled < count && (stringAt < stringEnd || fill())) {
      int copied = Math.min(count - filled, stringEnd - stringAt);
      System.arraycopy(string, stringAt, into, start + filled, copied);
      stringAt += copied;
      filled += copied;
    }
    return filled == 0 && count > 0 ? -1 : filled;
  }

  /** Decodes the next string. */
  private boolean fill() throws IOException {
    int code = nextCode();
    while (code == CLEAR) {
      codeBits = 9;
      next = FIRST;
      previous = -1;
      code = nextCode();
    }
    if (code < 0 || code == END) {
      return false;
    }
    if (code > next || code == next && previous < 0 || previous < 0 && code > 255) {
      throw new IOException("its pixels are damaged: code %d is undefined".formatted(code));
    }
    if (previous >= 0 && next < TABLE_SIZE) {
      prefix[next] = (short) previous;
      first[next] = first[previous];
      last[next] = first[code == next ? previous : code];
      length[next] = (short) (length[previous] + 1);
      next++;
      if (next == (1 << codeBits) - 1 && codeBits < LONGEST_CODE) {
        codeBits++;
      }
    } else if (code >= next) {
      throw new IOException("its pixels are damaged: code %d is undefined".formatted(code));
    }
    stringAt = 0;
    stringEnd = length[code];
    int rest = code;
    for (int i = stringEnd - 1; i >= 0; i--) {
      string[i] = last[rest];
      rest = prefix[rest];
    }
    previous = code;
    return true;
  }

  /** The next code; -1 at the end. */
  private int nextCode() {
    while (bitCount < codeBits) {
      if (at == end) {
        return -1;
      }
      bits = bits << 8 | file[at++] & 0xff;
      bitCount += 8;
    }
    bitCount -= codeBits;
    return bits >>> bitCount & (1 << codeBits) - 1;
  }
}
