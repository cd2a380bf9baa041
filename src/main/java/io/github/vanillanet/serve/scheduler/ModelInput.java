package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.model.engine.InputKind;
import java.nio.ByteBuffer;

/**
 * What a request wants computed. Nobody writes {@code content} once it is submitted: a forward may
 * outlast who waits for it.
 *
 * @param samples how many images it holds: the unit in which queues are counted
 * @param content native byte order, from position to limit: {@code samples} dense samples
 */
public record ModelInput(InputKind kind, int samples, ByteBuffer content) {

  public ModelInput {
    if (samples < 1 || content.remaining() % samples != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not %d samples".formatted(content.remaining(), samples));
    }
  }

  int sampleBytes() {
    return content.remaining() / samples;
  }
}
