package io.github.vanillanet.rest;

import io.github.vanillanet.config.ServingConfig;
import jakarta.inject.Singleton;

/** How many bytes of body each path takes. */
@Singleton
final class BodyBounds {

  private static final String CLASSIFY = "/classify";

  private final long image;
  private final long tensor;

  BodyBounds(ServingConfig config) {
    this.image = config.maxImageBody().asLongValue();
    this.tensor = config.maxTensorBody().asLongValue();
  }

  long at(String path) {
    return path.equals(CLASSIFY) || path.startsWith(CLASSIFY + "/") ? image : tensor;
  }
}
