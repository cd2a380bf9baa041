package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Declared shapes held against what there is. */
final class Shapes {

  private Shapes() {}

  /**
   * The shape's product, computed so that no shape can overflow it.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if a dimension is below 1, or the product 2^31
   *     or more
   */
  static int elements(InferRequest.InputTensor input) {
    long elements = 1;
    for (long dimension : input.shape()) {
      if (dimension < 1 || elements > Integer.MAX_VALUE / dimension) {
        throw new ServiceException(
            ErrorCode.INVALID_REQUEST,
            "%s: the shape %s is not possible: expected dimensions from 1 and below 2^31 elements"
                .formatted(input.name(), Arrays.toString(input.shape())));
      }
      elements *= dimension;
    }
    return (int) elements;
  }

  /**
   * @param found elements, or -1 if they are of another type
   */
  static void requireElements(InferRequest.InputTensor input, long found) {
    int expected = elements(input);
    if (found != expected) {
      throw mismatch(input, expected, found < 0 ? "elements of another type" : "" + found);
    }
  }

  static void requireBytes(InferRequest.InputTensor input, int elementBytes, ByteBuffer bytes) {
    int expected = elements(input);
    int found = bytes.remaining();
    if (found != (long) expected * elementBytes) {
      throw mismatch(
          input, expected, "%d bytes, not %d".formatted(found, (long) expected * elementBytes));
    }
  }

  private static ServiceException mismatch(
      InferRequest.InputTensor input, int expected, String found) {
    return new ServiceException(
        ErrorCode.INVALID_REQUEST,
        "%s: the shape %s has %d elements of %s, data has %s"
            .formatted(
                input.name(), Arrays.toString(input.shape()), expected, input.datatype(), found));
  }
}
