package io.github.vanillanet.train.loop;

import static io.github.vanillanet.base.error.ErrorCode.ENGINE_FAILURE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.ParameterTable;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a run between two steps: everything that the next step depends on.
 *
 * @param tensors by the names of {@link StateNames#ofTraining}
 * @param step optimizer steps done
 */
public record TrainingState(TrainingSpec spec, StateDict tensors, int step) {

  private static final String CLASSIFIER = "cls";

  public static TrainingState fresh(TrainingSpec spec) {
    return initial(spec, InitialWeights.of(spec.network(), spec.recipe().seed()));
  }

  /**
   * Given weights of the form in training, trained to slope 1. If they have another number of
   * classes, the classifier starts from random weights.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the weights do not fit the network, apart
   *     from the classifier
   */
  public static TrainingState fineTuning(TrainingSpec spec, StateDict weights) {
    String lastBias = spec.recipe().deepTraining() ? "cls2.0.bias" : "cls1.2.bias";
    boolean sameClasses =
        weights.contains(lastBias) && weights.get(lastBias).hasShape(spec.classes());
    if (sameClasses) {
      return initial(spec, weights);
    }
    StateDict random = InitialWeights.of(spec.network(), spec.recipe().seed());
    Map<String, HostTensor> combined = new LinkedHashMap<>(weights.tensors());
    combined.keySet().removeIf(name -> name.startsWith(CLASSIFIER));
    random.tensors().keySet().stream()
        .filter(name -> name.startsWith(CLASSIFIER))
        .forEach(name -> combined.put(name, random.get(name)));
    return initial(spec, new StateDict(combined));
  }

  /** Before the first step: the average equals the network, the optimizer state is 0. */
  static TrainingState initial(TrainingSpec spec, StateDict weights) {
    StateDict selected = ParameterTable.of(spec.network()).select(weights);
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String name : StateNames.ofTraining(spec)) {
      tensors.put(name, initial(name, selected, weights));
    }
    return new TrainingState(spec, new StateDict(tensors), 0);
  }

  private static HostTensor initial(String name, StateDict selected, StateDict given) {
    if (name.startsWith(StateNames.OPTIMIZER)) {
      String parameter = name.substring(name.indexOf('.', StateNames.OPTIMIZER.length()) + 1);
      return HostTensor.build(ScalarType.FLOAT32, selected.get(parameter).shape(), bytes -> {});
    }
    String weight = name.substring(name.indexOf('.') + 1);
    if (weight.endsWith(StateNames.COUNTER)) {
      return given.contains(weight)
          ? given.get(weight)
          : HostTensor.build(ScalarType.INT64, new long[0], bytes -> bytes.putLong(0));
    }
    return selected.get(weight).to(ScalarType.FLOAT32);
  }

  /** Weights, running statistics and counters by their official names. */
  StateDict weights(boolean average) {
    return section(average ? StateNames.AVERAGE : StateNames.MODEL);
  }

  StateDict section(String prefix) {
    Map<String, HostTensor> section = new LinkedHashMap<>();
    tensors
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(prefix)) {
                section.put(name.substring(prefix.length()), tensor);
              }
            });
    return new StateDict(section);
  }

  /**
   * @throws ServiceException {@code ENGINE_FAILURE} if a value is NaN or infinite: such a state
   *     must not replace a good checkpoint
   */
  void requireFinite() {
    for (HostTensor tensor : tensors.tensors().values()) {
      if (tensor.type() == ScalarType.FLOAT32) {
        for (FloatBuffer values = tensor.bytes().asFloatBuffer(); values.hasRemaining(); ) {
          if (!Float.isFinite(values.get())) {
            throw ENGINE_FAILURE.error(
                "a weight is not finite after step %d: lower the learning rate or clip the"
                    + " gradients; the last checkpoint is still usable",
                step);
          }
        }
      }
    }
  }
}
