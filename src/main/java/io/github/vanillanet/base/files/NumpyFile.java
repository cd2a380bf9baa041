package io.github.vanillanet.base.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Files of NumPy with one float32 matrix.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the
 *     format</a>
 */
public final class NumpyFile {

  public static final String MEDIA_TYPE = "application/x-npy";

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  /** The data begins at a multiple of this. */
  private static final int ALIGNMENT = 64;

  private NumpyFile() {}

  /**
   * A matrix.
   *
   * @param rows of equal length, at least one
   */
  public static byte[] of(List<float[]> rows) {
    byte[] header = header(rows.size(), rows.get(0).length);
    ByteBuffer file =
        ByteBuffer.allocate(header.length + rows.size() * rows.get(0).length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header);
    for (float[] row : rows) {
      for (float value : row) {
        file.putFloat(value);
      }
    }
    return file.array();
  }

  /** The bytes before the values of a matrix, which follow row by row, little-endian. */
  public static byte[] header(long rows, int columns) {
    String described =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, columns);
    int fixed = MAGIC.length + Short.BYTES;
    int padding = ALIGNMENT - (fixed + described.length() + 1) % ALIGNMENT;
    String text = described + " ".repeat(padding % ALIGNMENT) + "\n";
    return ByteBuffer.allocate(fixed + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) text.length())
        .put(text.getBytes(StandardCharsets.US_ASCII))
        .array();
  }
}
