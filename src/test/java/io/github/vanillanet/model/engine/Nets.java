package io.github.vanillanet.model.engine;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ShapeReader;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.util.Optional;
import java.util.stream.Stream;

/** Narrow nets with golden logits from the official code. */
public final class Nets {

  private Nets() {}

  /** A net of either form with its weights. */
  public record Net(Network network, StateDict weights) {}

  /** Names of the variants with golden logits. */
  public static Stream<String> goldenVariants() {
    Stream.Builder<String> names = Stream.builder();
    Oracle.json("models/index.json").get("variants").forEach(v -> names.add(v.asText()));
    return names.build();
  }

  /** Reads {@code file} of a variant's folder. */
  public static Net read(String variant, String file, String key) {
    HostTensor input = input(variant);
    StateDict weights =
        TorchCheckpoint.read(Oracle.file("models/" + variant + "/" + file), Optional.of(key))
            .weights();
    Network network =
        ShapeReader.read(
            weights,
            VanillaNetVariant.named(variant).orElseThrow(),
            (int) input.shape()[2],
            (int) input.shape()[3]);
    return new Net(network, weights);
  }

  /** float32 {@code [n, 3, h, w]}, normalised. */
  public static HostTensor input(String variant) {
    return Oracle.array("models/" + variant + "/input");
  }

  /** Golden logits, by the file's name without its extension. */
  public static double[] golden(String variant, String name) {
    return Oracle.array("models/" + variant + "/" + name).toDoubles();
  }

  /** Largest absolute difference. */
  public static double maxDelta(double[] a, double[] b) {
    double max = 0;
    for (int i = 0; i < a.length; i++) {
      max = Math.max(max, Math.abs(a[i] - b[i]));
    }
    return max;
  }
}
