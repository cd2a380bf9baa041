package io.github.vanillanet.rest.v2;

/** The elements of an input, as they came. */
sealed interface TensorContent {

  /** Out of the JSON. */
  record Json(TensorData data) implements TensorContent {}

  /**
   * From behind the JSON.
   *
   * @param bytes little-endian, row-major, without padding; nobody writes them
   */
  record Binary(byte[] bytes) implements TensorContent {}

  /**
   * The body of a raw request.
   *
   * @param bytes as {@link Binary}, but a BYTES tensor is its one element, without a length
   */
  record Raw(byte[] bytes) implements TensorContent {}
}
