package io.github.vanillanet.serve.api;

import io.github.vanillanet.serve.registry.PublishedModels;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A repository of two narrow nets for 64×64 pixels and 10 classes, and limits that are reached
 * quickly.
 */
public final class TwoSmallModels implements QuarkusTestResourceLifecycleManager {

  static final String MODEL = "vanillanet-5";
  static final String OTHER = "another-5";
  static final int MAX_IMAGE_BODY = 1 << 20;
  static final int MAX_TENSOR_BODY = 4 << 20;
  static final int MAX_PIXELS = 1_000_000;

  @Override
  public Map<String, String> start() {
    Path repository;
    try {
      repository = Files.createTempDirectory("two-small-models");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    PublishedModels.publish(repository, MODEL);
    PublishedModels.publish(repository, OTHER);
    return Map.of(
        "vanillanet.repository", repository.toString(),
        "vanillanet.device", "cpu",
        "vanillanet.threads", "1",
        "vanillanet.max-image-body", Integer.toString(MAX_IMAGE_BODY),
        "vanillanet.max-tensor-body", Integer.toString(MAX_TENSOR_BODY),
        "vanillanet.max-pixels", Integer.toString(MAX_PIXELS),
        "vanillanet.body.grace", "1S");
  }

  @Override
  public void stop() {
    // the service may still use the temporary folder
  }
}
