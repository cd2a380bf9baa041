package io.github.vanillanet.train.loop;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run starts from: its specification, possibly adapted to given weights, and its state.
 *
 * @param spec to run by
 */
public record TrainingStart(TrainingSpec spec, TrainingState state) {

  private static final String HEAD = "cls";

  /** From random weights. */
  public static TrainingStart fresh(TrainingSpec spec) {
    return of(spec, InitialWeights.of(spec.network(), spec.seed()));
  }

  /**
   * From weights of the training form, trained to slope 1, where it stays. If they tell apart
   * another number of classes, the classifier starts from random weights.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if they are not of this net, whatever its
   *     classifier
   */
  public static TrainingStart fineTuning(TrainingSpec spec, StateDict weights) {
    Network network = spec.network();
    TrainingSpec pinned =
        new TrainingSpec(
            spec.architecture(),
            spec.recipe().withSlopePinned(),
            spec.kernels(),
            spec.compute(),
            spec.seed());
    String last = "cls2.0.bias";
    boolean sameClasses =
        weights.contains(last) && weights.get(last).hasShape(spec.architecture().classes());
    if (sameClasses) {
      return of(pinned, weights);
    }
    Map<String, HostTensor> mixed = new LinkedHashMap<>();
    weights.tensors().forEach((name, tensor) -> putUnlessHead(mixed, name, tensor));
    StateDict random = InitialWeights.of(network, spec.seed());
    for (String name : ParameterTable.of(network).shapes().keySet()) {
      if (name.startsWith(HEAD)) {
        mixed.put(name, random.get(name));
      }
    }
    return of(pinned, new StateDict(mixed));
  }

  private static void putUnlessHead(Map<String, HostTensor> mixed, String name, HostTensor tensor) {
    if (!name.startsWith(HEAD)) {
      mixed.put(name, tensor);
    }
  }

  private static TrainingStart of(TrainingSpec spec, StateDict weights) {
    Recipe recipe = spec.recipe();
    return new TrainingStart(
        spec,
        TrainingState.initial(
            spec.network(), weights, recipe.optimizer().kind(), recipe.emaDecay() > 0));
  }
}
