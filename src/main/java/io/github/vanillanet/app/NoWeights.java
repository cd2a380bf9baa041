package io.github.vanillanet.app;

import io.github.vanillanet.engine.InputKind;
import io.github.vanillanet.engine.ModelInstance;
import java.nio.ByteBuffer;

/**
 * Answers nothing but zeros, at once.
 *
 * @param classes logits of each sample
 */
record NoWeights(int classes) implements ModelInstance {

  @Override
  public void attachToThread() {
    // no engine
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    return new float[samples * classes];
  }

  @Override
  public void close() {
    // holds nothing
  }
}
