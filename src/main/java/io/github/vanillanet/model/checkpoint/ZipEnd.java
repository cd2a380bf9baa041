package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;

/**
 * The end records of a zip file, which locate its central directory.
 *
 * @param offset of the directory's first byte
 * @param size of the directory in bytes
 * @param entries number of entries in the directory
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE 4.3.14 to
 *     4.3.16</a>
 */
record ZipEnd(long offset, long size, long entries) {

  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_SIZE = 22;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final int LOCATOR_SIZE = 20;
  private static final int END64_SIGNATURE = 0x06064b50;
  private static final int END64_SIZE = 56;
  private static final int LONGEST_COMMENT = 0xffff;

  static ZipEnd find(FileWindows file) {
    long position = locate(file);
    ByteBuffer end = file.slice(position, END_SIZE);
    ZipEnd narrow =
        new ZipEnd(
            Integer.toUnsignedLong(end.getInt(16)),
            Integer.toUnsignedLong(end.getInt(12)),
            Short.toUnsignedLong(end.getShort(10)));
    if (end.getShort(4) != 0 || end.getShort(6) != 0 || end.getShort(8) != end.getShort(10)) {
      throw Rejection.of("zip: expected one volume, found a zip split into several");
    }
    long locatorAt = position - LOCATOR_SIZE;
    if (locatorAt < 0 || file.slice(locatorAt, LOCATOR_SIZE).getInt(0) != LOCATOR_SIGNATURE) {
      return narrow.endingAt(position);
    }
    return narrow.widened(file, file.slice(locatorAt, LOCATOR_SIZE).getLong(8), locatorAt);
  }

  private static long locate(FileWindows file) {
    if (file.size() < END_SIZE) {
      throw Rejection.of(
          "expected a whole .pth file, found a truncated zip of %d bytes; download or copy the file"
              + " again",
          file.size());
    }
    long tailSize = Math.min(file.size(), END_SIZE + LONGEST_COMMENT);
    ByteBuffer tail = file.slice(file.size() - tailSize, tailSize);
    for (int at = tail.capacity() - END_SIZE; at >= 0; at--) {
      int comment = tail.capacity() - at - END_SIZE;
      if (tail.getInt(at) == END_SIGNATURE
          && Short.toUnsignedInt(tail.getShort(at + 20)) == comment) {
        return file.size() - tailSize + at;
      }
    }
    throw Rejection.of(
        "expected a whole .pth file, found a truncated zip of %d bytes, whose end is missing;"
            + " download or copy the file again",
        file.size());
  }

  private ZipEnd widened(FileWindows file, long position, long limit) {
    if (position < 0 || position > limit - END64_SIZE) {
      throw Rejection.of(
          "zip64: expected the end record before offset %d, found %d", limit, position);
    }
    ByteBuffer end = file.slice(position, END64_SIZE);
    if (end.getInt(0) != END64_SIGNATURE || end.getLong(4) != limit - position - 12) {
      throw Rejection.of(
          "zip64: expected an end record of %d bytes at offset %d, found signature %08x, size %d",
          limit - position - 12, position, end.getInt(0), end.getLong(4));
    }
    ZipEnd wide = new ZipEnd(end.getLong(48), end.getLong(40), end.getLong(32));
    if (end.getLong(24) != wide.entries
        || disagree(offset, wide.offset, 0xffffffffL)
        || disagree(size, wide.size, 0xffffffffL)
        || disagree(entries, wide.entries, 0xffff)) {
      throw Rejection.of("zip64: expected both end records to agree, found %s and %s", this, wide);
    }
    return wide.endingAt(position);
  }

  private static boolean disagree(long narrow, long wide, long saturated) {
    return narrow != saturated && narrow != wide;
  }

  private ZipEnd endingAt(long position) {
    if (offset < 0 || size < 0 || entries < 0 || size > position || offset != position - size) {
      throw Rejection.of(
          "zip: expected the directory to end at offset %d, found offset %d and size %d",
          position, offset, size);
    }
    return this;
  }
}
