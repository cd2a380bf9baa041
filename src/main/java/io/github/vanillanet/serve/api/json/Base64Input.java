package io.github.vanillanet.serve.api.json;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;

/**
 * The input of a JSON parser that converts a base64 string to the alphabet that the parser knows:
 * {@code -} and {@code _} of the URL-safe alphabet become {@code +} and {@code /}, and the start of
 * a {@code data:} URL becomes spaces, which the parser ignores.
 *
 * <p>Rewrites the bytes in the parser's own buffer, which is the array that the parser passed to
 * {@link #read(byte[], int, int)}. A copy of the text would double the memory of an image. Used by
 * one thread.
 */
final class Base64Input extends FilterInputStream {

  private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

  /** A media type and its parameters; a longer start is no URL with an image. */
  private static final int MAX_START = 256;

  private byte[] buffer = {};
  private int from; // of the last bytes that were read
  private int to;
  private long readBefore; // bytes before them
  private boolean rewriting;

  Base64Input(InputStream source) {
    super(new PushbackInputStream(source, MAX_START));
  }

  @Override
  public int read() throws IOException {
    throw new IllegalStateException("a parser reads arrays");
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    readBefore += to - from;
    buffer = bytes;
    from = offset;
    to = offset + Math.max(0, in.read(bytes, offset, length));
    int read = to - from;
    if (rewriting) {
      rewrite(from);
    }
    return read == 0 && length > 0 ? -1 : read;
  }

  /**
   * Rewrites a string from now on until its closing quote. The parser must not have read further
   * than its opening quote.
   *
   * @param quote offset of the opening quote in the document; negative if unknown, which leaves the
   *     string as it is
   */
  void rewriteString(long quote) throws IOException {
    long start = quote + 1 - readBefore + from;
    if (quote < 0 || start < from || start > to) {
      return;
    }
    rewriting = true;
    int first = (int) start;
    blankUrlStart(first);
    rewrite(first);
  }

  private void rewrite(int first) {
    for (int at = first; at < to; at++) {
      switch (buffer[at]) {
        case '-' -> buffer[at] = '+';
        case '_' -> buffer[at] = '/';
        case '"' -> {
          rewriting = false;
          return;
        }
        default -> {}
      }
    }
  }

  /** Blanks {@code data:image/jpeg;base64,}. Reads ahead if the buffer ends within it. */
  private void blankUrlStart(int first) throws IOException {
    byte[] ahead = new byte[MAX_START];
    int here = Math.min(to - first, MAX_START);
    System.arraycopy(buffer, first, ahead, 0, here);
    int all = here;
    if (here < MAX_START && startsLikeUrl(ahead, here)) {
      all += in.readNBytes(ahead, here, MAX_START - here);
    }
    int comma = startsLikeUrl(ahead, all) && all >= DATA.length ? comma(ahead, all) : -1;
    for (int at = 0; at <= comma; at++) {
      ahead[at] = ' ';
    }
    System.arraycopy(ahead, 0, buffer, first, here);
    ((PushbackInputStream) in).unread(ahead, here, all - here);
  }

  private static boolean startsLikeUrl(byte[] text, int length) {
    for (int at = 0; at < Math.min(length, DATA.length); at++) {
      if ((text[at] | 0x20) != (DATA[at] | 0x20)) {
        return false;
      }
    }
    return true;
  }

  /** The position of the comma before the base64; -1 if the string ends before. */
  private static int comma(byte[] text, int length) {
    for (int at = 0; at < length && text[at] != '"'; at++) {
      if (text[at] == ',') {
        String start = new String(text, 0, at, StandardCharsets.US_ASCII);
        return start.regionMatches(true, at - 7, ";base64", 0, 7) ? at : -1;
      }
    }
    return -1;
  }
}
