package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first directory of a TIFF or BigTIFF: whole numbers by tag. Nothing else in the file is read,
 * neither further directories nor those that tags refer to, so the file cannot lead in circles.
 *
 * @param order of the bytes of all numbers in the file, samples included
 */
record TiffDirectory(ByteBuffer file, ByteOrder order, boolean big, int start, int entries) {

  /** Longer tables of a JPEG are damaged. */
  private static final int MOST_BYTES = 1 << 16;

  private static final int MAGIC = 42;
  private static final int BIG_MAGIC = 43;

  static TiffDirectory read(byte[] encoded) throws IOException {
    ByteOrder order = encoded[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    ByteBuffer file = ByteBuffer.wrap(encoded).order(order).position(2);
    int magic = FileBytes.u16(file);
    boolean big = magic == BIG_MAGIC;
    if (magic != MAGIC && !big) {
      throw new IOException("its version is %d, expected 42 or 43".formatted(magic));
    }
    if (big) {
      FileBytes.skip(file, 4); // the size of an offset
    }
    long offset = big ? file.getLong() : FileBytes.u32(file);
    file.position(0);
    FileBytes.skip(file, offset);
    long entries = big ? file.getLong() : FileBytes.u16(file);
    int start = file.position();
    if (entries < 1 || entries > 0xffff || entries * (big ? 20 : 12) > file.remaining()) {
      throw new IOException("its first directory of %d entries is damaged".formatted(entries));
    }
    return new TiffDirectory(file, order, big, start, (int) entries);
  }

  /** Offset of a tag's entry; -1 if there is none. */
  private int entry(int tag) {
    int size = big ? 20 : 12;
    for (int at = start; at < start + entries * size; at += size) {
      if ((file.getShort(at) & 0xffff) == tag) {
        return at;
      }
    }
    return -1;
  }

  boolean has(int tag) {
    return entry(tag) >= 0;
  }

  /** The first number of a tag. */
  long number(int tag, long otherwise) throws IOException {
    long[] numbers = numbers(tag, 1);
    return numbers.length == 0 ? otherwise : numbers[0];
  }

  /**
   * The numbers of a tag.
   *
   * @param most how many are read; further ones are ignored
   * @return empty if the tag is absent
   * @throws IOException if the tag is not of whole numbers
   * @throws BufferUnderflowException if the numbers lie outside the file
   */
  long[] numbers(int tag, int most) throws IOException {
    int entry = entry(tag);
    if (entry < 0) {
      return new long[0];
    }
    int type = file.getShort(entry + 2);
    int size =
        switch (type) {
          case 1, 6, 7 -> 1; // signed and undefined bytes, too
          case 3, 8 -> 2;
          case 4, 9, 13 -> 4;
          case 16, 17, 18 -> 8;
          default ->
              throw new IOException("tag %d has type %d, expected numbers".formatted(tag, type));
        };
    long declared = big ? file.getLong(entry + 4) : file.getInt(entry + 4) & 0xffff_ffffL;
    if (declared < 0) {
      throw new BufferUnderflowException();
    }
    int count = (int) Math.min(declared, most);
    int inline = big ? 8 : 4;
    int value = entry + (big ? 12 : 8);
    long at = value;
    if (declared > inline / size) {
      at = big ? file.getLong(value) : file.getInt(value) & 0xffff_ffffL;
    }
    if (at < 0 || at > file.limit() - (long) count * size) {
      throw new BufferUnderflowException();
    }
    long[] numbers = new long[count];
    for (int i = 0; i < count; i++) {
      int position = (int) at + i * size;
      numbers[i] =
          switch (size) {
            case 1 -> file.get(position) & 0xff;
            case 2 -> file.getShort(position) & 0xffff;
            case 4 -> file.getInt(position) & 0xffff_ffffL;
            default -> file.getLong(position);
          };
    }
    return numbers;
  }

  /** The bytes of a tag; empty if it is absent. */
  byte[] bytes(int tag) throws IOException {
    long[] numbers = numbers(tag, MOST_BYTES);
    byte[] bytes = new byte[numbers.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) numbers[i];
    }
    return bytes;
  }
}
