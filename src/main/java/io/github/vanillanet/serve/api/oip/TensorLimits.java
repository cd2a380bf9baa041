package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.base.config.ServingConfig;

/**
 * What the elements of a tensor in JSON or in typed fields may become.
 *
 * @param numberBytes of all numbers as float32
 * @param elements encoded ones
 * @param elementBytes of one of them, decoded
 */
public record TensorLimits(long numberBytes, int elements, long elementBytes) {

  public static TensorLimits of(ServingConfig config) {
    return new TensorLimits(
        config.maxTensorBody().asLongValue(),
        config.queueCapacity(),
        config.maxImageBody().asLongValue());
  }
}
