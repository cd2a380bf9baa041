package io.github.vanillanet.train.gate;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.Sample;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/**
 * Measures an artifact as the service would use it: with the same decoder, the same preprocessing
 * and uint8 input to the same TorchScript method.
 */
public record ArtifactEvaluation(
    TorchRuntime runtime, Device device, int threads, ImageDecoder decoder) {

  /** Measures the version on the images, one by one. */
  Answers run(StoredVersion version, List<Sample> samples) {
    Architecture net = version.manifest().architecture();
    Preprocessing preprocessing = version.manifest().preprocessing();
    int[] answers = new int[samples.size()];
    ByteBuffer pixels = InputKind.IMAGES.buffer(1, net.inputHeight(), net.inputWidth());
    try (ModelInstance instance =
        TorchInstance.load(
            runtime, version.artifact(), device, net.inputHeight(), net.inputWidth(), threads)) {
      instance.attachToThread();
      for (int i = 0; i < answers.length; i++) {
        Optional<byte[]> crop = crop(samples.get(i), preprocessing);
        if (crop.isPresent()) {
          pixels.clear().put(crop.get()).flip();
          answers[i] = best(instance.forward(InputKind.IMAGES, pixels, 1));
        } else {
          answers[i] = Answers.DAMAGED;
        }
      }
    }
    return new Answers(samples, answers);
  }

  private Optional<byte[]> crop(Sample sample, Preprocessing preprocessing) {
    try {
      byte[] encoded = Files.readAllBytes(sample.file());
      return Optional.of(preprocessing.apply(decoder.decode(encoded)).rgb());
    } catch (ServiceException | IOException e) {
      return Optional.empty();
    }
  }

  /** Index of the largest logit, or {@link Answers#NOT_FINITE}. */
  private static int best(float[] logits) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        return Answers.NOT_FINITE;
      }
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
