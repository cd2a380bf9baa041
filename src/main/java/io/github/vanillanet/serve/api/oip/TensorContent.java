package io.github.vanillanet.serve.api.oip;

import java.nio.ByteBuffer;

/** The elements of an input, as they came. */
sealed interface TensorContent {

  /** Out of the JSON. */
  record Json(TensorData data) implements TensorContent {}

  /**
   * From behind the JSON.
   *
   * @param bytes from 0 to its limit, row-major, elements little-endian, without padding; nobody
   *     writes or moves it
   */
  record Binary(ByteBuffer bytes) implements TensorContent {}

  /**
   * The body of a raw request.
   *
   * @param bytes as {@link Binary}, but a BYTES tensor is its one element, without a length
   */
  record Raw(ByteBuffer bytes) implements TensorContent {}
}
