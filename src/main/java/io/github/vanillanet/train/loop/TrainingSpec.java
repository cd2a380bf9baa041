package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;

/**
 * A whole run but for its data and its place: equal specifications on equal data, one CPU thread
 * and the same kind of machine give equal weights.
 *
 * @param seed of initial weights, mixing and dropout
 */
public record TrainingSpec(
    Architecture architecture, Recipe recipe, Kernels kernels, Compute compute, long seed) {

  public Network network() {
    return Network.of(architecture, Form.TRAINING);
  }

  /** Width of the maps that dropout acts on. */
  int lastWidth() {
    return architecture.dims().get(architecture.dims().size() - 1);
  }
}
