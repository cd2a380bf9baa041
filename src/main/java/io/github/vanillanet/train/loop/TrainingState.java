package io.github.vanillanet.train.loop;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a run stands: everything that its next step depends on besides its specification.
 *
 * @param tensors as {@link TrainingModule#stateNames} names them
 * @param step optimizer steps done
 */
public record TrainingState(StateDict tensors, int step) {

  private static final String COUNTER = ".num_batches_tracked";

  /** Before the first step: the average equals the net, the optimizer remembers nothing. */
  static TrainingState initial(
      Network network, StateDict weights, OptimizerKind optimizer, boolean averaged) {
    StateDict selected = ParameterTable.of(network).select(weights);
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String name : TrainingModule.stateNames(network, optimizer, averaged)) {
      tensors.put(name, initial(name, selected, weights));
    }
    return new TrainingState(new StateDict(tensors), 0);
  }

  private static HostTensor initial(String name, StateDict selected, StateDict given) {
    if (name.startsWith(TrainingModule.OPTIMIZER)) {
      String parameter = name.substring(name.indexOf('.', TrainingModule.OPTIMIZER.length()) + 1);
      return HostTensor.build(ScalarType.FLOAT32, selected.get(parameter).shape(), bytes -> {});
    }
    String weight = name.substring(name.indexOf('.') + 1);
    if (weight.endsWith(COUNTER)) {
      return given.contains(weight)
          ? given.get(weight)
          : HostTensor.build(ScalarType.INT64, new long[0], bytes -> bytes.putLong(0));
    }
    return selected.get(weight).to(ScalarType.FLOAT32);
  }

  /** Weights, running statistics and counters by their official names. */
  public StateDict weights(boolean average) {
    return under(average ? TrainingModule.AVERAGE : TrainingModule.MODEL);
  }

  /** False if any value is NaN or infinite: such a state must not replace a good checkpoint. */
  boolean finite() {
    for (HostTensor tensor : tensors.tensors().values()) {
      if (tensor.type() == ScalarType.FLOAT32) {
        for (FloatBuffer values = tensor.bytes().asFloatBuffer(); values.hasRemaining(); ) {
          if (!Float.isFinite(values.get())) {
            return false;
          }
        }
      }
    }
    return true;
  }

  StateDict under(String prefix) {
    Map<String, HostTensor> found = new LinkedHashMap<>();
    tensors
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), tensor);
              }
            });
    if (found.isEmpty()) {
      throw new ServiceException(ErrorCode.BAD_CHECKPOINT, "no tensors under " + prefix);
    }
    return new StateDict(found);
  }
}
