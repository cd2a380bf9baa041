package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads inputs of datatype BYTES. */
final class BytesTensor {

  private static final Optional<String> BASE64 = Optional.of("base64");

  private final long maxElementBytes;

  BytesTensor(long maxElementBytes) {
    this.maxElementBytes = maxElementBytes;
  }

  /**
   * The elements in their order.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if they do not fit the shape or cannot be
   *     separated
   * @throws ServiceException {@code TOO_LARGE} if one is too long
   */
  List<byte[]> elements(InputTensor input) {
    if (input.content() instanceof InputTensor.Content.Json json) {
      return ofJson(input, json.data());
    }
    InputTensor.Content.Binary binary = (InputTensor.Content.Binary) input.content();
    if (!binary.raw()) {
      return ofBinary(input, binary.bytes());
    }
    JsonValues.requireSize(binary.bytes().remaining(), image(0), maxElementBytes);
    return List.of(binary.bytes().array()); // it is the whole body
  }

  /** The protocol does not define bytes in JSON, so the request must say that they are base64. */
  private List<byte[]> ofJson(InputTensor input, TensorData data) {
    input.requireElements(data.numberCount() == 0 ? data.strings().size() : -1);
    Optional<String> contentType = input.parameters().text("content_type");
    if (!data.isBase64() && !contentType.equals(BASE64)) {
      throw INVALID_REQUEST.error(
          "%s: expected parameters.content_type 'base64' or elements {\"b64\": …}, got '%s'",
          input.name(), contentType.orElse(""));
    }
    List<byte[]> elements = new ArrayList<>();
    for (String text : data.strings()) {
      elements.add(JsonValues.base64(text, image(elements.size()), maxElementBytes));
    }
    return elements;
  }

  /** Each element is its length, 4 bytes, little-endian, unsigned, and then its bytes. */
  private List<byte[]> ofBinary(InputTensor input, ByteBuffer all) {
    int count = input.elements();
    List<byte[]> elements = new ArrayList<>();
    ByteBuffer bytes = all.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && elements.size() < count) {
      int left = bytes.remaining();
      long length = left < Integer.BYTES ? left : Integer.toUnsignedLong(bytes.getInt());
      if (left < Integer.BYTES || length > bytes.remaining()) {
        throw INVALID_REQUEST.error(
            "%s: element %d: expected its length in 4 bytes and %d bytes, %d bytes are left",
            input.name(), elements.size(), length, bytes.remaining());
      }
      JsonValues.requireSize(length, image(elements.size()), maxElementBytes);
      byte[] element = new byte[(int) length];
      bytes.get(element);
      elements.add(element);
    }
    if (bytes.hasRemaining()) {
      throw INVALID_REQUEST.error(
          "%s: %d bytes are left after %d elements", input.name(), bytes.remaining(), count);
    }
    input.requireElements(elements.size());
    return elements;
  }

  private static String image(int index) {
    return "image " + index;
  }
}
