package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements of a JSON tensor in their order, which is row-major whether the lists are nested or
 * flat. Grows in pieces, because the declared shape may follow the data, and may be wrong.
 */
final class TensorData implements InputTensor.Content {

  private static final int PIECE = 1 << 14;

  private final List<float[]> numbers = new ArrayList<>();
  private final List<String> strings = new ArrayList<>();
  private int lastPieceSize = PIECE;
  private int base64Count;

  void add(float number) {
    if (lastPieceSize == PIECE) {
      numbers.add(new float[PIECE]);
      lastPieceSize = 0;
    }
    numbers.get(numbers.size() - 1)[lastPieceSize++] = number;
  }

  void add(String string) {
    strings.add(string);
  }

  /** Adds a string that is marked as base64. */
  void addBase64(String string) {
    strings.add(string);
    base64Count++;
  }

  boolean isEmpty() {
    return numbers.isEmpty() && strings.isEmpty();
  }

  /** Returns whether every string is marked as base64. */
  boolean isBase64() {
    return base64Count == strings.size();
  }

  long numberCount() {
    return numbers.isEmpty() ? 0 : (numbers.size() - 1L) * PIECE + lastPieceSize;
  }

  List<String> strings() {
    return strings;
  }

  /**
   * All numbers as uint8.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if one is not a whole number from 0 to 255
   */
  byte[] bytes() {
    byte[] all = new byte[Math.toIntExact(numberCount())];
    for (int i = 0; i < all.length; i++) {
      float number = numbers.get(i / PIECE)[i % PIECE];
      if (number < 0 || number > 255 || number != (int) number) {
        throw INVALID_REQUEST.error(
            "data: expected whole numbers from 0 to 255 for UINT8, got %s", number);
      }
      all[i] = (byte) number;
    }
    return all;
  }

  /** All numbers as float32 in native byte order, position 0. */
  ByteBuffer floats() {
    ByteBuffer all =
        ByteBuffer.allocate(Math.toIntExact(numberCount() * Float.BYTES))
            .order(ByteOrder.nativeOrder());
    FloatBuffer floats = all.asFloatBuffer();
    for (float[] piece : numbers) {
      floats.put(piece, 0, Math.min(PIECE, floats.remaining()));
    }
    return all;
  }
}
