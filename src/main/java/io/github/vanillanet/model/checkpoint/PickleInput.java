package io.github.vanillanet.model.checkpoint;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The primitives of a pickle stream. Each length is compared with the remaining bytes before memory
 * is allocated for it.
 */
final class PickleInput {

  private static final int LONGEST_LINE = 256;
  private static final int LONGEST_INTEGER = 64;

  private final ByteBuffer bytes;
  private final Allowance allowance;

  /** Reads from the position of {@code bytes} and advances it. */
  PickleInput(ByteBuffer bytes, Allowance allowance) {
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    this.allowance = allowance;
  }

  int position() {
    return bytes.position();
  }

  void require(long count) {
    if (count < 0 || count > bytes.remaining()) {
      throw Rejection.of(
          "pickle: expected %s bytes at offset %d, found %d",
          Long.toUnsignedString(count), position(), bytes.remaining());
    }
  }

  int u8() {
    require(1);
    return bytes.get() & 0xff;
  }

  int u16() {
    require(2);
    return bytes.getShort() & 0xffff;
  }

  int i32() {
    require(4);
    return bytes.getInt();
  }

  long u32() {
    return Integer.toUnsignedLong(i32());
  }

  /** Unsigned in the file; a negative result fails {@link #require}. */
  long u64() {
    require(8);
    return bytes.getLong();
  }

  /** The only big-endian number of the format. */
  double float64() {
    require(8);
    return Double.longBitsToDouble(Long.reverseBytes(bytes.getLong()));
  }

  /** A Long, or a BigInteger if it has more than 64 bits. */
  Object integer(long length) {
    if (length > LONGEST_INTEGER) {
      throw Rejection.of(
          "pickle: expected integers of at most %d bytes, found %d", LONGEST_INTEGER, length);
    }
    byte[] littleEndian = bytes(length);
    byte[] bigEndian = new byte[Math.max(1, littleEndian.length)]; // no bytes mean 0
    for (int i = 0; i < littleEndian.length; i++) {
      bigEndian[bigEndian.length - 1 - i] = littleEndian[i];
    }
    BigInteger value = new BigInteger(bigEndian);
    if (value.bitLength() < Long.SIZE) {
      return value.longValue();
    }
    return value;
  }

  byte[] bytes(long count) {
    require(count);
    allowance.take(count + 16);
    byte[] copy = new byte[(int) count];
    bytes.get(copy);
    return copy;
  }

  String utf8(long count) {
    require(count);
    allowance.take(2 * count + 48);
    ByteBuffer text = bytes.slice(bytes.position(), (int) count);
    bytes.position(bytes.position() + (int) count);
    // Replaces other bytes, which are in paths with surrogates and in texts of Python 2.
    return StandardCharsets.UTF_8.decode(text).toString();
  }

  /** Text up to a line feed, which is consumed. */
  String line() {
    int length = 0;
    while (length < LONGEST_LINE && length < bytes.remaining()) {
      if (bytes.get(bytes.position() + length) == '\n') {
        String line = utf8(length);
        bytes.get();
        return line;
      }
      length++;
    }
    throw Rejection.of(
        "pickle: expected a name of at most %d bytes at offset %d, found no line feed in %d",
        LONGEST_LINE, position(), length);
  }
}
