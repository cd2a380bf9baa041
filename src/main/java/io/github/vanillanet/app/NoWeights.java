package io.github.vanillanet.app;

import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Answers anything, at once; each time something else, as to different photos. */
final class NoWeights implements ModelInstance {

  private static final float LARGEST = 8;

  private final int classes;
  private final SplittableRandom random = new SplittableRandom(1); // of the lane's thread

  /**
   * @param classes logits of each sample
   */
  NoWeights(int classes) {
    this.classes = classes;
  }

  @Override
  public void attachToThread() {
    // no engine
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    float[] logits = new float[samples * classes];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = LARGEST * (float) random.nextDouble();
    }
    return logits;
  }

  @Override
  public void close() {
    // holds nothing
  }
}
