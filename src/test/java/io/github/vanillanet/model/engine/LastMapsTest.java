package io.github.vanillanet.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The method of an artifact that also returns the last maps. */
class LastMapsTest extends TorchInstances {

  @Test
  void theLastMapsAreTheInputOfTheClassifier() throws IOException {
    for (VanillaNetVariant variant :
        List.of(VanillaNetVariant.VANILLANET_5, VanillaNetVariant.VANILLANET_7)) {
      List<Integer> dims =
          variant == VanillaNetVariant.VANILLANET_5
              ? List.of(8, 16, 16, 24)
              : List.of(8, 16, 16, 16, 16, 24);
      Network deployed = Network.of(new Architecture(variant, dims, 3, 5, 96, 64), Form.DEPLOYED);
      StateDict weights = SeededWeights.of(deployed, 3);
      byte[] pixels = new byte[2 * 3 * 96 * 64];
      new Random(3).nextBytes(pixels);
      try (TorchInstance published = load(deployed, weights);
          TorchInstance onCpu = loadOnCpu(deployed, weights)) {
        for (TorchInstance instance : List.of(published, onCpu)) {
          LastMaps result =
              instance.forwardMaps(InputKind.IMAGES, direct(ByteBuffer.wrap(pixels)), 2);

          assertThat(result.channels()).isEqualTo(24);
          assertThat(result.maps().length).isGreaterThan(2 * 24);
          assertThat(result.logits())
              .containsExactly(
                  instance.forward(InputKind.IMAGES, direct(ByteBuffer.wrap(pixels)), 2));
          requireClassified(weights, result);
          LastMaps ofTensor =
              instance.forwardMaps(InputKind.NORMALISED, normalised(pixels, 2, 96 * 64), 2);
          assertThat(ofTensor.maps()).containsExactly(result.maps());
          assertThat(ofTensor.logits()).containsExactly(result.logits());
        }
      }
    }
  }

  /** The mean of each map, then the classifier's 1×1 convolution. */
  private static void requireClassified(StateDict weights, LastMaps result) {
    double[] weight = weights.tensors().get("cls.2.weight").toDoubles();
    double[] bias = weights.tensors().get("cls.2.bias").toDoubles();
    float[] features = result.features();
    for (int sample = 0; sample < result.samples(); sample++) {
      for (int k = 0; k < bias.length; k++) {
        double logit = bias[k];
        for (int c = 0; c < result.channels(); c++) {
          logit += weight[k * result.channels() + c] * features[sample * result.channels() + c];
        }
        assertThat((double) result.logits()[sample * bias.length + k])
            .isCloseTo(logit, offset(1e-5));
      }
    }
  }
}
