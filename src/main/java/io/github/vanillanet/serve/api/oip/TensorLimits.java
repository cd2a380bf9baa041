package io.github.vanillanet.serve.api.oip;

/**
 * What the JSON of a tensor may become.
 *
 * @param numberBytes of all numbers as float32
 * @param elements strings of base64
 * @param elementBytes of one of them, decoded
 */
record TensorLimits(long numberBytes, int elements, long elementBytes) {}
