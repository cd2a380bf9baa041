package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.LastMaps;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.repository.ClassMeans;
import java.nio.ByteBuffer;

/**
 * An instance whose rows have one more value: the domain score of the image, after its logits. The
 * worker thread computes it from the maps of the same forward.
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
    float[] scores = new float[samples];
    for (int sample = 0; sample < samples; sample++) {
      scores[sample] = means.score(features, sample * result.channels());
    }
    return result.rows(scores, kind.maps());
  }

  @Override
  public void close() {
    instance.close();
  }
}
