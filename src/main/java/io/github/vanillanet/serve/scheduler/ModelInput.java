package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.model.engine.InputKind;
import java.nio.ByteBuffer;

/**
 * The input of one request. {@code content} is not written after submission, because a forward may
 * still read it when its request has timed out.
 *
 * @param samples number of images; queues are counted in images
 * @param content native byte order, from position to limit: {@code samples} dense samples
 */
public record ModelInput(InputKind kind, int samples, ByteBuffer content) {

  public ModelInput {
    if (samples < 1 || content.remaining() % samples != 0) {
      throw new IllegalArgumentException(
          "Expected at least one sample and bytes divisible by the number of samples, got %d samples and %d bytes"
              .formatted(samples, content.remaining()));
    }
  }

  /** The same input, with the last maps in the result. */
  public ModelInput withMaps() {
    return new ModelInput(kind.withMaps(), samples, content);
  }

  int sampleBytes() {
    return content.remaining() / samples;
  }
}
