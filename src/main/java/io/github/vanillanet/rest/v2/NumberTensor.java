package io.github.vanillanet.rest.v2;

import io.github.vanillanet.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Inputs of numbers, out of JSON or binary, in the order and type that the engine takes. */
final class NumberTensor {

  private NumberTensor() {}

  /**
   * FP32 and FP16, the latter widened.
   *
   * @return float32 in native byte order, direct, position 0
   * @throws ServiceException.InvalidRequest if the elements do not fit the shape or are not finite
   */
  static ByteBuffer floats(InferRequest.InputTensor input) {
    byte[] bytes;
    if (input.content() instanceof TensorContent.Json json) {
      TensorData data = json.data();
      Shapes.requireElements(input, data.strings().isEmpty() ? data.numberCount() : -1);
      return data.floats();
    } else if (input.content() instanceof TensorContent.Binary binary) {
      bytes = binary.bytes();
    } else {
      bytes = ((TensorContent.Raw) input.content()).bytes();
    }
    boolean half = input.datatype().equals("FP16");
    Shapes.requireBytes(input, half ? Short.BYTES : Float.BYTES, bytes);
    ByteBuffer little = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer floats =
        ByteBuffer.allocateDirect(Shapes.elements(input) * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    if (half) {
      widen(little.asShortBuffer(), floats.asFloatBuffer());
    } else {
      floats.asFloatBuffer().put(little.asFloatBuffer());
    }
    requireFinite(input, floats.asFloatBuffer());
    return floats;
  }

  private static void widen(ShortBuffer halves, FloatBuffer floats) {
    while (halves.hasRemaining()) {
      floats.put(Float16.toFloat(halves.get()));
    }
  }

  private static void requireFinite(InferRequest.InputTensor input, FloatBuffer floats) {
    while (floats.hasRemaining()) {
      float value = floats.get();
      if (!Float.isFinite(value)) {
        throw new ServiceException.InvalidRequest(
            "%s: expected finite numbers, element %d is %s"
                .formatted(input.name(), floats.position() - 1, value));
      }
    }
  }

  /** UINT8. */
  static byte[] bytes(InferRequest.InputTensor input) {
    if (input.content() instanceof TensorContent.Json json) {
      TensorData data = json.data();
      Shapes.requireElements(input, data.strings().isEmpty() ? data.numberCount() : -1);
      return data.bytes();
    } else if (input.content() instanceof TensorContent.Binary binary) {
      Shapes.requireBytes(input, 1, binary.bytes());
      return binary.bytes();
    }
    throw new IllegalStateException("raw requests are FP32 or BYTES");
  }
}
