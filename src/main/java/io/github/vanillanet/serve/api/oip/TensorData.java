package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Elements of a JSON tensor in their order, which is row-major whether the lists are nested or
 * flat: numbers as float32, or decoded base64. Grows with the data, because the declared shape may
 * follow it, and may be wrong.
 */
public final class TensorData implements InputTensor.Content {

  private static final int FIRST_BYTES = 1 << 16;

  private final TensorLimits limits;
  private final LongConsumer memory;
  private final List<byte[]> encoded = new ArrayList<>();
  private ByteBuffer numbers = ByteBuffer.allocate(0); // written up to its position
  private int base64Count;

  /**
   * @param memory takes the bytes of the elements before they are allocated
   */
  public TensorData(TensorLimits limits, LongConsumer memory) {
    this.limits = limits;
    this.memory = memory;
  }

  public void add(float number) {
    if (!numbers.hasRemaining()) {
      grow();
    }
    numbers.putFloat(number);
  }

  private void grow() {
    long size = Math.min(Math.max(FIRST_BYTES, 2L * numbers.capacity()), limits.numberBytes());
    if (size < numbers.position() + Float.BYTES) {
      throw TOO_LARGE.error(
          "data: expected at most %d numbers, got more", limits.numberBytes() / Float.BYTES);
    }
    memory.accept(size - numbers.capacity());
    numbers = ByteBuffer.allocate((int) size).order(ByteOrder.nativeOrder()).put(numbers.flip());
  }

  /**
   * Adds decoded base64.
   *
   * @param marked whether the request marks it as base64
   */
  public void add(byte[] element, boolean marked) {
    encoded.add(element);
    base64Count += marked ? 1 : 0;
  }

  /** The name of the next encoded element, for messages. */
  public String next() {
    if (encoded.size() == limits.elements()) {
      throw TOO_LARGE.error("data: expected at most %d strings, got more", limits.elements());
    }
    return "data: string " + encoded.size();
  }

  boolean isEmpty() {
    return numberCount() == 0 && encoded.isEmpty();
  }

  /** Returns whether every encoded element is marked as base64. */
  boolean isBase64() {
    return base64Count == encoded.size();
  }

  int numberCount() {
    return numbers.position() / Float.BYTES;
  }

  List<byte[]> encoded() {
    return encoded;
  }

  /**
   * All numbers as uint8.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if one is not a whole number from 0 to 255
   */
  byte[] bytes() {
    memory.accept(numberCount());
    byte[] all = new byte[numberCount()];
    for (int i = 0; i < all.length; i++) {
      float number = numbers.getFloat(i * Float.BYTES);
      if (number < 0 || number > 255 || number != (int) number) {
        throw INVALID_REQUEST.error(
            "data: expected whole numbers from 0 to 255 for UINT8, got %s", number);
      }
      all[i] = (byte) number;
    }
    return all;
  }

  /** All numbers as float32 in native byte order, position 0, without a copy. */
  ByteBuffer floats() {
    return numbers.duplicate().order(ByteOrder.nativeOrder()).flip();
  }
}
