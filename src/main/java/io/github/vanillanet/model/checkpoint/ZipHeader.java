package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A central or local header of one zip entry. The zip64 field has already widened the sizes and the
 * offset.
 *
 * @param length bytes of the header in the file
 * @param offset of the local header; 0 in a local header
 */
record ZipHeader(
    String name, int flags, int method, long crc, long packed, long size, long offset, int length) {

  private static final int CENTRAL_SIGNATURE = 0x02014b50;
  private static final int CENTRAL_SIZE = 46;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int LOCAL_SIZE = 30;
  private static final int LONGEST_LOCAL = LOCAL_SIZE + 2 * 0xffff;

  /** A central header has two more bytes before the fields that both kinds share. */
  private static final int CENTRAL_SHIFT = 2;

  private static final int ZIP64_FIELD = 1;
  private static final long SATURATED = 0xffffffffL;

  /** Reads the central header at {@code at}; {@code directory} is the whole directory. */
  static ZipHeader central(ByteBuffer directory, int at) {
    return read(directory, at, true, "byte %d of the directory".formatted(at));
  }

  /** Reads the local header to which {@code central} points. It ends at {@code limit} at most. */
  static ZipHeader local(FileWindows file, ZipHeader central, long limit) {
    String where = "offset %d for %s".formatted(central.offset, Rejection.quote(central.name));
    if (central.offset > limit) {
      throw Rejection.of("zip: expected a header at %s, found the limit %d", where, limit);
    }
    long length = Math.min(limit - central.offset, LONGEST_LOCAL);
    return read(file.slice(central.offset, length), 0, false, where);
  }

  private static ZipHeader read(ByteBuffer bytes, int at, boolean central, String where) {
    int available = bytes.capacity() - at;
    int fixed = central ? CENTRAL_SIZE : LOCAL_SIZE;
    if (available < fixed || bytes.getInt(at) != (central ? CENTRAL_SIGNATURE : LOCAL_SIGNATURE)) {
      throw Rejection.of("zip: expected a header at %s, found none", where);
    }
    int shared = at + (central ? CENTRAL_SHIFT : 0);
    int nameLength = u16(bytes, shared + 26);
    int extraLength = u16(bytes, shared + 28);
    int length = fixed + nameLength + extraLength + (central ? u16(bytes, at + 32) : 0);
    if (length > available) {
      throw Rejection.of(
          "zip: expected a header of %d bytes at %s, found %d bytes", length, where, available);
    }
    String name = StandardCharsets.UTF_8.decode(bytes.slice(at + fixed, nameLength)).toString();
    ByteBuffer extra = zip64(bytes, at + fixed + nameLength, extraLength, name);
    // The zip64 field holds, in this order, those of size, packed size and offset that saturate.
    long size = widen(u32(bytes, shared + 22), extra, name);
    long packed = widen(u32(bytes, shared + 18), extra, name);
    long offset = central ? widen(u32(bytes, at + 42), extra, name) : 0;
    int flags = u16(bytes, shared + 6);
    int method = u16(bytes, shared + 8);
    return new ZipHeader(
        name, flags, method, u32(bytes, shared + 14), packed, size, offset, length);
  }

  private static ByteBuffer zip64(ByteBuffer bytes, int from, int length, String name) {
    int at = from;
    while (at <= from + length - 4) {
      int size = u16(bytes, at + 2);
      if (size > from + length - at - 4) {
        throw Rejection.of(
            "zip: expected an extra field of %d bytes for %s, found %d bytes",
            size, Rejection.quote(name), from + length - at - 4);
      }
      if (u16(bytes, at) == ZIP64_FIELD) {
        return bytes.slice(at + 4, size).order(ByteOrder.LITTLE_ENDIAN);
      }
      at += 4 + size;
    }
    return ByteBuffer.allocate(0);
  }

  private static long widen(long narrow, ByteBuffer extra, String name) {
    if (narrow != SATURATED) {
      return narrow;
    }
    if (extra.remaining() < Long.BYTES) {
      throw Rejection.of("zip64: expected a wide size for %s, found none", Rejection.quote(name));
    }
    long wide = extra.getLong();
    if (wide < 0) {
      throw Rejection.of(
          "zip64: expected a size below 2^63 for %s, found %s",
          Rejection.quote(name), Long.toUnsignedString(wide));
    }
    return wide;
  }

  private static int u16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  private static long u32(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
