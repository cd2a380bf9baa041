package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.LastMaps;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.repository.ClassMeans;
import java.nio.ByteBuffer;

/**
 * An instance whose rows end with one more value: the domain score of the image, after its logits.
 * The worker thread computes it from the maps of the same forward.
 */
record DomainInstance(ModelInstance instance, ClassMeans means) implements ModelInstance {

  @Override
  public Device device() {
    return instance.device();
  }

  @Override
  public void attachToThread() {
    instance.attachToThread();
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    LastMaps result = instance.forwardMaps(kind, input, samples);
    float[] features = result.features();
    int classes = result.logits().length / samples;
    float[] rows = new float[samples * (classes + 1)];
    for (int sample = 0; sample < samples; sample++) {
      int row = sample * (classes + 1);
      System.arraycopy(result.logits(), sample * classes, rows, row, classes);
      rows[row + classes] = means.score(features, sample * result.channels());
    }
    return rows;
  }

  @Override
  public void close() {
    instance.close();
  }
}
