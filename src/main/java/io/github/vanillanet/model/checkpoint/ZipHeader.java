package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A central or a local header of one zip entry. Sizes and offset are already widened by the zip64
 * field.
 *
 * @param length bytes the header takes in the file
 * @param offset of the local header; 0 in a local header
 */
record ZipHeader(
    String name, int flags, int method, long crc, long packed, long size, long offset, int length) {

  static final int CENTRAL_SIZE = 46;
  static final int LOCAL_SIZE = 30;
  private static final int CENTRAL_SIGNATURE = 0x02014b50;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int ZIP64_FIELD = 1;
  private static final long SATURATED = 0xffffffffL;

  /** Reads the central header at {@code at}; {@code directory} is the whole directory. */
  static ZipHeader central(ByteBuffer directory, int at) {
    if (directory.capacity() - at < CENTRAL_SIZE || directory.getInt(at) != CENTRAL_SIGNATURE) {
      throw Refusal.of("zip: expected a header at byte %d of the directory, found none", at);
    }
    int nameLength = u16(directory, at + 28);
    int extraLength = u16(directory, at + 30);
    int length = CENTRAL_SIZE + nameLength + extraLength + u16(directory, at + 32);
    if (length > directory.capacity() - at) {
      throw Refusal.of(
          "zip: expected a header of %d bytes at byte %d of the directory, found %d bytes left",
          length, at, directory.capacity() - at);
    }
    String name = text(directory, at + CENTRAL_SIZE, nameLength);
    ByteBuffer extra = zip64(directory, at + CENTRAL_SIZE + nameLength, extraLength, name);
    // Order in the zip64 field is fixed: size, packed size, offset; each only if saturated.
    long size = widen(u32(directory, at + 24), extra, name);
    long packed = widen(u32(directory, at + 20), extra, name);
    long offset = widen(u32(directory, at + 42), extra, name);
    return new ZipHeader(
        name,
        u16(directory, at + 8),
        u16(directory, at + 10),
        u32(directory, at + 16),
        packed,
        size,
        offset,
        length);
  }

  /** Reads the local header that {@code central} points to. */
  static ZipHeader local(FileWindows file, ZipHeader central, long limit) {
    if (central.offset > limit - LOCAL_SIZE) {
      throw Refusal.of(
          "zip: expected the header of %s before offset %d, found %d",
          Refusal.quote(central.name), limit, central.offset);
    }
    ByteBuffer fixed = file.slice(central.offset, LOCAL_SIZE);
    if (fixed.getInt(0) != LOCAL_SIGNATURE) {
      throw Refusal.of(
          "zip: expected the header of %s at offset %d, found signature %08x",
          Refusal.quote(central.name), central.offset, fixed.getInt(0));
    }
    int nameLength = u16(fixed, 26);
    int extraLength = u16(fixed, 28);
    ByteBuffer rest = file.slice(central.offset + LOCAL_SIZE, (long) nameLength + extraLength);
    String name = text(rest, 0, nameLength);
    ByteBuffer extra = zip64(rest, nameLength, extraLength, name);
    long size = widen(u32(fixed, 22), extra, name);
    long packed = widen(u32(fixed, 18), extra, name);
    return new ZipHeader(
        name,
        u16(fixed, 6),
        u16(fixed, 8),
        u32(fixed, 14),
        packed,
        size,
        0,
        LOCAL_SIZE + nameLength + extraLength);
  }

  private static ByteBuffer zip64(ByteBuffer bytes, int from, int length, String name) {
    int at = from;
    while (at <= from + length - 4) {
      int size = u16(bytes, at + 2);
      if (size > from + length - at - 4) {
        throw Refusal.of(
            "zip: expected an extra field of %d bytes for %s, found %d left",
            size, Refusal.quote(name), from + length - at - 4);
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
      throw Refusal.of("zip64: expected a wide size for %s, found none", Refusal.quote(name));
    }
    long wide = extra.getLong();
    if (wide < 0) {
      throw Refusal.of(
          "zip64: expected a size below 2^63 for %s, found %s",
          Refusal.quote(name), Long.toUnsignedString(wide));
    }
    return wide;
  }

  private static String text(ByteBuffer bytes, int from, int length) {
    return StandardCharsets.UTF_8.decode(bytes.slice(from, length)).toString();
  }

  private static int u16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  private static long u32(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
