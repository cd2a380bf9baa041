package io.github.vanillanet.train.loop;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.util.LinkedHashMap;
import java.util.Map;

/** A run at its start: what to do, and the state to begin with. */
public record TrainingStart(TrainingSpec spec, TrainingState state) {

  private static final String HEAD = "cls";

  /** From random weights. */
  public static TrainingStart fresh(TrainingSpec spec) {
    return of(spec, InitialWeights.of(spec.network(), spec.recipe().seed()));
  }

  /**
   * From weights of the training form that were trained to slope 1. If they have another number of
   * classes, the classifier starts from random weights.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if they are not of this net, whatever its
   *     classifier
   */
  public static TrainingStart fineTuning(TrainingSpec spec, StateDict weights) {
    Network network = spec.network();
    String last = "cls2.0.bias";
    boolean sameClasses = weights.contains(last) && weights.get(last).hasShape(spec.classes());
    if (sameClasses) {
      return of(spec, weights);
    }
    Map<String, HostTensor> mixed = new LinkedHashMap<>();
    weights.tensors().forEach((name, tensor) -> putUnlessHead(mixed, name, tensor));
    StateDict random = InitialWeights.of(network, spec.recipe().seed());
    for (String name : ParameterTable.of(network).shapes().keySet()) {
      if (name.startsWith(HEAD)) {
        mixed.put(name, random.get(name));
      }
    }
    return of(spec, new StateDict(mixed));
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
        TrainingState.initial(spec.network(), weights, recipe.optimizer(), recipe.emaDecay() > 0));
  }
}
