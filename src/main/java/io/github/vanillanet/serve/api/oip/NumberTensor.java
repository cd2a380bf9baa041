package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Inputs of numbers, out of JSON or binary, in the order and type that the engine takes. */
final class NumberTensor {

  private NumberTensor() {}

  /**
   * FP32 and FP16, the latter widened. Whether they are plausible is not looked at.
   *
   * @return float32 in native byte order; of FP32 the request's own bytes, uncopied
   * @throws ServiceException {@code INVALID_REQUEST} if the elements do not fit the shape
   */
  static ByteBuffer floats(InferRequest.InputTensor input) {
    if (input.content() instanceof TensorContent.Json json) {
      return ofJson(input, json.data()).floats();
    }
    ByteBuffer bytes = content(input);
    boolean half = input.datatype().equals("FP16");
    Shapes.requireBytes(input, half ? Short.BYTES : Float.BYTES, bytes);
    ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (!half && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      return little;
    }
    ByteBuffer floats =
        ByteBuffer.allocate(Shapes.elements(input) * Float.BYTES).order(ByteOrder.nativeOrder());
    if (half) {
      widen(little.asShortBuffer(), floats.asFloatBuffer());
    } else {
      floats.asFloatBuffer().put(little.asFloatBuffer());
    }
    return floats;
  }

  private static TensorData ofJson(InferRequest.InputTensor input, TensorData data) {
    Shapes.requireElements(input, data.strings().isEmpty() ? data.numberCount() : -1);
    return data;
  }

  private static ByteBuffer content(InferRequest.InputTensor input) {
    return input.content() instanceof TensorContent.Binary binary
        ? binary.bytes()
        : ((TensorContent.Raw) input.content()).bytes();
  }

  private static void widen(ShortBuffer halves, FloatBuffer floats) {
    while (halves.hasRemaining()) {
      floats.put(Float16.toFloat(halves.get()));
    }
  }

  /** UINT8. */
  static ByteBuffer bytes(InferRequest.InputTensor input) {
    if (input.content() instanceof TensorContent.Json json) {
      return ByteBuffer.wrap(ofJson(input, json.data()).bytes());
    }
    Shapes.requireBytes(input, 1, content(input));
    return content(input).duplicate();
  }
}
