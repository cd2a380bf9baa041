package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HalfPrecision;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * One input of a request.
 *
 * @param shape as declared; every use of the content is checked against it
 */
public record InputTensor(
    String name, String datatype, long[] shape, Parameters parameters, Content content) {

  /** Memory of an empty array in a list. */
  private static final int ELEMENT_BYTES = 24;

  /** The elements as they arrived, row-major. */
  public sealed interface Content permits TensorData, Content.Binary {

    /**
     * Elements after the JSON, or the whole body of a raw request.
     *
     * @param bytes from 0 to its limit, little-endian, without padding; never written or moved
     * @param raw whether a BYTES tensor is one element without a length
     */
    record Binary(ByteBuffer bytes, boolean raw) implements Content {}
  }

  InputTensor withContent(Content other) {
    return new InputTensor(name, datatype, shape, parameters, other);
  }

  /**
   * The product of the shape, without overflow.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if a dimension is below 1, or the product is
   *     2^31 or more
   */
  int elementCount() {
    long elements = 1;
    for (long dimension : shape) {
      if (dimension < 1 || elements > Integer.MAX_VALUE / dimension) {
        throw INVALID_REQUEST.error(
            "%s: expected dimensions of at least 1 and fewer than 2^31 elements, got shape %s",
            name, Arrays.toString(shape));
      }
      elements *= dimension;
    }
    return (int) elements;
  }

  /**
   * @param found elements, or -1 if they are of another type
   * @throws ServiceException {@code INVALID_REQUEST} if the shape has another number of elements
   */
  private void requireElements(long found) {
    if (found != elementCount()) {
      throw mismatch(found < 0 ? "elements of another type" : Long.toString(found));
    }
  }

  private ServiceException mismatch(String found) {
    return INVALID_REQUEST.error(
        "%s: the shape %s has %d elements of %s, the data has %s",
        name, Arrays.toString(shape), elementCount(), datatype, found);
  }

  /**
   * Returns the elements of an FP32, FP16 or BF16 tensor as float32. The values are not checked.
   *
   * @param memory takes the bytes of a copy
   * @return values in native byte order; for FP32 a view of the request's bytes
   * @throws ServiceException {@code INVALID_REQUEST} if the elements do not fit the shape
   */
  ByteBuffer floats(LongConsumer memory) {
    if (content instanceof TensorData data) {
      return numbers(data).floats();
    }
    boolean half = !datatype.equals("FP32");
    ByteBuffer little = binary(half ? Short.BYTES : Float.BYTES);
    if (!half && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      return little;
    }
    memory.accept((long) elementCount() * Float.BYTES);
    ByteBuffer floats =
        ByteBuffer.allocate(elementCount() * Float.BYTES).order(ByteOrder.nativeOrder());
    if (half) {
      ShortBuffer halves = little.asShortBuffer();
      FloatBuffer widened = floats.asFloatBuffer();
      while (halves.hasRemaining()) {
        short bits = halves.get();
        widened.put(
            datatype.equals("BF16")
                ? HalfPrecision.bfloat16ToFloat(bits)
                : HalfPrecision.float16ToFloat(bits));
      }
    } else {
      floats.asFloatBuffer().put(little.asFloatBuffer());
    }
    return floats;
  }

  /**
   * Returns the elements of a UINT8 tensor.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if the elements do not fit type or shape
   */
  ByteBuffer bytes() {
    if (content instanceof TensorData data) {
      return ByteBuffer.wrap(numbers(data).bytes());
    }
    return binary(1);
  }

  /**
   * Returns the elements of a BYTES tensor.
   *
   * @param request its content type counts for an input without one
   * @param memory takes the bytes of copies
   * @throws ServiceException {@code INVALID_REQUEST} if the elements do not fit the shape or cannot
   *     be separated
   * @throws ServiceException {@code TOO_LARGE} if one is too long
   */
  List<byte[]> elements(Parameters request, long maxElementBytes, LongConsumer memory) {
    if (content instanceof TensorData data) {
      return ofBase64(request, data);
    }
    Content.Binary binary = (Content.Binary) content;
    if (!binary.raw()) {
      return separated(binary.bytes(), maxElementBytes, memory);
    }
    JsonValues.requireSize(binary.bytes().remaining(), image(0), maxElementBytes);
    return List.of(binary.bytes().array()); // it is the whole body
  }

  /** The protocol does not define bytes in JSON, so the request must say that they are base64. */
  private List<byte[]> ofBase64(Parameters request, TensorData data) {
    requireElements(data.numberCount() == 0 ? data.encoded().size() : -1);
    String contentType =
        parameters.text("content_type").or(() -> request.text("content_type")).orElse("");
    if (!data.isBase64() && !contentType.equals("base64")) {
      throw INVALID_REQUEST.error(
          "%s: expected parameters.content_type 'base64' or elements {\"b64\": …}, got '%s'",
          name, contentType);
    }
    return data.encoded();
  }

  /** Each element is its length, 4 bytes, little-endian, unsigned, and then its bytes. */
  private List<byte[]> separated(ByteBuffer all, long maxElementBytes, LongConsumer memory) {
    int count = elementCount();
    List<byte[]> elements = new ArrayList<>();
    ByteBuffer bytes = all.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && elements.size() < count) {
      int left = bytes.remaining();
      long length = left < Integer.BYTES ? left : Integer.toUnsignedLong(bytes.getInt());
      if (left < Integer.BYTES || length > bytes.remaining()) {
        throw INVALID_REQUEST.error(
            "%s: element %d: expected its length in 4 bytes and %d bytes, %d bytes are left",
            name, elements.size(), length, bytes.remaining());
      }
      JsonValues.requireSize(length, image(elements.size()), maxElementBytes);
      memory.accept(length + ELEMENT_BYTES);
      byte[] element = new byte[(int) length];
      bytes.get(element);
      elements.add(element);
    }
    if (bytes.hasRemaining()) {
      throw INVALID_REQUEST.error(
          "%s: %d bytes are left after %d elements", name, bytes.remaining(), count);
    }
    requireElements(elements.size());
    return elements;
  }

  private static String image(int index) {
    return "image " + index;
  }

  private TensorData numbers(TensorData data) {
    requireElements(data.encoded().isEmpty() ? data.numberCount() : -1);
    return data;
  }

  /** The bytes of content that is not in the JSON. */
  private ByteBuffer binary(int elementBytes) {
    ByteBuffer bytes = ((Content.Binary) content).bytes();
    long expected = (long) elementCount() * elementBytes;
    if (bytes.remaining() != expected) {
      throw mismatch("%d bytes, not %d".formatted(bytes.remaining(), expected));
    }
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }
}
