package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.config.ServingConfig;
import jakarta.inject.Singleton;

/** How many bytes of body each path takes. */
@Singleton
final class BodyBounds {

  static final String REPOSITORY = "/v2/repository/";

  private static final String CLASSIFY = "/classify";
  private static final String PREDICTIONS = "/predictions";
  private static final String TRAININGS = "/admin/trainings";

  /** Of a request to the model repository: a few words. */
  private static final long LARGEST_WORDS = 1 << 20;

  private final long image;
  private final long tensor;
  private final long upload;

  BodyBounds(ServingConfig config) {
    this.image = config.maxImageBody().asLongValue();
    this.tensor = config.maxTensorBody().asLongValue();
    this.upload = config.training().maxUpload().asLongValue();
  }

  long at(String path) {
    if (path.equals(CLASSIFY)
        || path.startsWith(CLASSIFY + "/")
        || path.startsWith(PREDICTIONS + "/")) {
      return image;
    }
    if (path.startsWith(REPOSITORY)) {
      return LARGEST_WORDS;
    }
    return path.equals(TRAININGS) ? upload : tensor;
  }
}
