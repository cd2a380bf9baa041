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

  /** Computes the logits of the images, one by one. */
  Scores run(StoredVersion version, List<Sample> samples) {
    Architecture net = version.manifest().architecture();
    Preprocessing preprocessing = version.manifest().preprocessing();
    float[][] logits = new float[samples.size()][0];
    ByteBuffer pixels = InputKind.IMAGES.buffer(1, net.inputHeight(), net.inputWidth());
    try (ModelInstance instance =
        TorchInstance.load(
            runtime, version.artifact(), device, net.inputHeight(), net.inputWidth(), threads)) {
      instance.attachToThread();
      for (int i = 0; i < logits.length; i++) {
        Optional<byte[]> crop = crop(samples.get(i), preprocessing);
        if (crop.isPresent()) {
          pixels.clear().put(crop.get()).flip();
          logits[i] = instance.forward(InputKind.IMAGES, pixels, 1);
        }
      }
    }
    return Scores.of(samples, logits);
  }

  Optional<byte[]> crop(Sample sample, Preprocessing preprocessing) {
    try {
      byte[] encoded = Files.readAllBytes(sample.file());
      return Optional.of(
          preprocessing.apply(decoder.decode(encoded, decoder.rules(preprocessing))).rgb());
    } catch (ServiceException | IOException e) {
      return Optional.empty();
    }
  }
}
