package io.github.vanillanet.base.image;

import java.io.EOFException;

/** Reads numbers from a byte array, with every step checked against its end. One thread. */
final class ByteReader {

  private final byte[] bytes;
  private int position;

  ByteReader(byte[] bytes, int position) {
    this.bytes = bytes;
    this.position = position;
  }

  int position() {
    return position;
  }

  int remaining() {
    return bytes.length - position;
  }

  int u8() throws EOFException {
    return bytes[take(1)] & 0xff;
  }

  int u16LittleEndian() throws EOFException {
    int at = take(2);
    return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
  }

  long u32LittleEndian() throws EOFException {
    return u16LittleEndian() | (long) u16LittleEndian() << 16;
  }

  int u16BigEndian() throws EOFException {
    int at = take(2);
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  long u32BigEndian() throws EOFException {
    return (long) u16BigEndian() << 16 | u16BigEndian();
  }

  /** A copy of the next {@code count} bytes. */
  byte[] bytes(int count) throws EOFException {
    int at = take(count);
    return java.util.Arrays.copyOfRange(bytes, at, at + count);
  }

  void skip(long count) throws EOFException {
    take(count);
  }

  private int take(long count) throws EOFException {
    if (count < 0 || count > remaining()) {
      throw new EOFException(
          "it is truncated: %d bytes expected at offset %d, %d left"
              .formatted(count, position, remaining()));
    }
    int at = position;
    position += (int) count;
    return at;
  }
}
