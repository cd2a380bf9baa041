package io.github.vanillanet.base.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Steps through an image file that complement {@link ByteBuffer}'s own. A step past the end of the
 * file throws {@link BufferUnderflowException}, which {@link ImageDecoder} reports as a truncated
 * file.
 */
final class FileBytes {

  private FileBytes() {}

  static void skip(ByteBuffer file, long count) {
    if (count < 0 || count > file.remaining()) {
      throw new BufferUnderflowException();
    }
    file.position(file.position() + (int) count);
  }

  static int u8(ByteBuffer file) {
    return file.get() & 0xff;
  }

  static int u16(ByteBuffer file) {
    return file.getShort() & 0xffff;
  }

  static long u32(ByteBuffer file) {
    return file.getInt() & 0xffff_ffffL;
  }

  static String chunkType(ByteBuffer file) {
    byte[] type = new byte[4];
    file.get(type);
    return new String(type, StandardCharsets.ISO_8859_1);
  }
}
