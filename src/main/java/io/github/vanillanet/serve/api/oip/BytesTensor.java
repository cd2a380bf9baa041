package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.json.Base64Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Inputs of BYTES. */
final class BytesTensor {

  private static final Optional<String> BASE64 = Optional.of("base64");

  private final int longest;

  /**
   * @param longest bytes that one element may have
   */
  BytesTensor(int longest) {
    this.longest = longest;
  }

  /**
   * The elements in their order.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if they do not fit the shape or cannot be told
   *     apart
   * @throws ServiceException {@code TOO_LARGE} if one is too long
   */
  List<byte[]> elements(InferRequest.InputTensor input) {
    if (input.content() instanceof TensorContent.Json json) {
      return ofJson(input, json.data());
    } else if (input.content() instanceof TensorContent.Binary binary) {
      return ofBinary(input, binary.bytes());
    }
    ByteBuffer raw = ((TensorContent.Raw) input.content()).bytes();
    requireLength(0, raw.remaining());
    return List.of(raw.array()); // a raw body is nothing else
  }

  /** The protocol leaves open how bytes stand in JSON, so it must be said: nothing is guessed. */
  private List<byte[]> ofJson(InferRequest.InputTensor input, TensorData data) {
    Shapes.requireElements(input, data.numberCount() == 0 ? data.strings().size() : -1);
    Optional<String> contentType = input.parameters().text("content_type");
    if (!data.isBase64() && !contentType.equals(BASE64)) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "%s: expected parameters.content_type 'base64' or elements {\"b64\": …}, found '%s'"
              .formatted(input.name(), contentType.orElse("")));
    }
    List<byte[]> elements = new ArrayList<>();
    for (String text : data.strings()) {
      elements.add(decoded(text, elements.size()));
    }
    return elements;
  }

  private byte[] decoded(String text, int index) {
    byte[] bytes;
    try {
      bytes = Base64Text.decode(text);
    } catch (IllegalArgumentException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "image %d is no base64: %s".formatted(index, e.getMessage()));
    }
    requireLength(index, bytes.length);
    return bytes;
  }

  /** Each element is its length, 4 bytes, little-endian, unsigned, and then its bytes. */
  private List<byte[]> ofBinary(InferRequest.InputTensor input, ByteBuffer all) {
    int count = Shapes.elements(input);
    List<byte[]> elements = new ArrayList<>();
    ByteBuffer bytes = all.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && elements.size() < count) {
      long length = bytes.remaining() < Integer.BYTES ? -1 : Integer.toUnsignedLong(bytes.getInt());
      if (length < 0 || length > bytes.remaining()) {
        throw new ServiceException(
            ErrorCode.INVALID_REQUEST,
            "%s: element %d: expected a length of 4 bytes and %s bytes, %d bytes are left"
                .formatted(
                    input.name(), elements.size(), length < 0 ? "its" : length, bytes.remaining()));
      }
      requireLength(elements.size(), (int) length);
      byte[] element = new byte[(int) length];
      bytes.get(element);
      elements.add(element);
    }
    if (bytes.hasRemaining()) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "%s: %d bytes are left after %d elements"
              .formatted(input.name(), bytes.remaining(), count));
    }
    Shapes.requireElements(input, elements.size());
    return elements;
  }

  private void requireLength(int index, int length) {
    if (length > longest) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE,
          "image %d: expected at most %d bytes, found %d".formatted(index, longest, length));
    }
  }
}
