package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.util.ArrayList;
import java.util.List;

/**
 * Official names of the tensors of a network in training, each list in the order of the layers.
 *
 * @param parameters tensors that the optimizer changes
 * @param statistics running mean and running variance of each batch norm
 * @param counters {@code num_batches_tracked} of each batch norm, int64 scalars
 * @param all the three lists together, as in the official state dict
 */
record StateNames(
    List<String> parameters, List<String> statistics, List<String> counters, List<String> all) {

  static final String MODEL = "model.";
  static final String AVERAGE = "model_ema.";
  static final String OPTIMIZER = "optimizer.";
  static final String COUNTER = ".num_batches_tracked";

  private static final String MEAN = ".running_mean";
  private static final String VARIANCE = ".running_var";

  static StateNames of(Network network) {
    StateNames names =
        new StateNames(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (String name : ParameterTable.of(network).shapes().keySet()) {
      boolean statistic = name.endsWith(MEAN) || name.endsWith(VARIANCE);
      (statistic ? names.statistics : names.parameters).add(name);
      names.all.add(name);
      if (name.endsWith(VARIANCE)) { // the last tensor of a batch norm
        String counter = name.replace(VARIANCE, COUNTER);
        names.counters.add(counter);
        names.all.add(counter);
      }
    }
    return names;
  }

  /**
   * The whole state of a training: {@code model.*}, {@code model_ema.*} if averaged, and {@code
   * optimizer.*}.
   */
  static List<String> ofTraining(TrainingSpec spec) {
    StateNames names = of(spec.network());
    List<String> state = new ArrayList<>(prefixed(MODEL, names.all));
    if (spec.recipe().emaDecay() > 0) {
      state.addAll(prefixed(AVERAGE, names.all));
    }
    for (String part : spec.recipe().optimizer().state()) {
      state.addAll(prefixed(OPTIMIZER + part + '.', names.parameters));
    }
    return state;
  }

  static List<String> prefixed(String prefix, List<String> names) {
    return names.stream().map(prefix::concat).toList();
  }
}
