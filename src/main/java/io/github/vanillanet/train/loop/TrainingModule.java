package io.github.vanillanet.train.loop;

import static io.github.vanillanet.train.loop.StateNames.AVERAGE;
import static io.github.vanillanet.train.loop.StateNames.MODEL;
import static io.github.vanillanet.train.loop.StateNames.OPTIMIZER;
import static io.github.vanillanet.train.loop.StateNames.prefixed;

import io.github.vanillanet.model.checkpoint.ScriptObject;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.ModuleTree;
import io.github.vanillanet.model.network.Network;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network in training as TorchScript. Weights, moving average and optimizer state are buffers of
 * the module, and one method call runs a whole step including gradients. Java therefore calls the
 * engine once per step, and gradients never become Java objects.
 *
 * <p>All methods take and return tensors. {@code controls} is a float64 tensor of the CPU, see
 * {@link Controls}: a number read from a tensor of another device would wait for that device.
 *
 * <ul>
 *   <li>{@code adopt(controls)}: must be called once, before all others
 *   <li>{@code step(x, y, mask, controls)} → loss (float64 scalar), logits
 *   <li>{@code gradients(x, y, mask, controls)} → loss, logits, then one gradient per parameter;
 *       changes only the running statistics
 *   <li>{@code apply(g, controls)}: updates the parameters and the moving average
 *   <li>{@code evaluate(x, [slope, average])} → logits of the network (0) or of its average (1)
 *   <li>{@code calibrate(x, [slope, seen, parts])}: takes the average's running statistics from
 *       batches of training images, of which {@code seen} came before
 *   <li>{@code state(controls)} → every tensor of {@code stateNames}
 * </ul>
 */
record TrainingModule(String source, ScriptObject root, List<String> stateNames) {

  private static final String CLASS = "Training";
  private static final String SELF = "self: __torch__." + CLASS;

  /**
   * @param state by the names of {@link StateNames#ofTraining}
   */
  static TrainingModule of(TrainingSpec spec, OptimizerSpec optimizer, StateDict state) {
    List<String> names = StateNames.ofTraining(spec);
    ModuleTree tree = new ModuleTree(CLASS);
    names.forEach(name -> tree.add(name, state.get(name)));
    String source = tree.childClasses() + tree.declaration("", methods(spec, optimizer, names));
    return new TrainingModule(source, tree.instance(Map.of()), names);
  }

  private static String methods(
      TrainingSpec spec, OptimizerSpec optimizer, List<String> stateNames) {
    Network network = spec.network();
    StateNames names = StateNames.of(network);
    Recipe recipe = spec.recipe();
    String average = recipe.emaDecay() > 0 ? AVERAGE : MODEL;
    StringBuilder source = new StringBuilder();
    source.append(list("parameters_of_model", prefixed(MODEL, names.parameters())));
    source.append(list("statistics_of_model", prefixed(MODEL, names.statistics())));
    source.append(list("counters_of_model", prefixed(MODEL, names.counters())));
    source.append(list("parameters_of_average", prefixed(average, names.parameters())));
    source.append(list("statistics_of_average", prefixed(average, names.statistics())));
    source.append(list("counters_of_average", prefixed(average, names.counters())));
    source.append(list("floats_of_model", prefixed(MODEL, floats(names))));
    source.append(list("floats_of_average", prefixed(average, floats(names))));
    for (String part : optimizer.kind().state()) {
      source.append(
          list(part + "_of_optimizer", prefixed(OPTIMIZER + part + '.', names.parameters())));
    }
    source.append(list("all_state", stateNames));
    source.append(adoption(stateNames));
    source.append(ForwardSource.of(network, SELF, spec.kernels(), recipe.compute()));
    List<ParameterGroups.Parameter> parameters =
        ParameterGroups.of(network, optimizer.weightDecay(), optimizer.layerDecay());
    source.append(OptimizerSource.of(optimizer, parameters, SELF));
    source.append(StepSource.of(recipe, spec.kernels(), SELF));
    return source.toString();
  }

  /** One list: the compiler drops changes of a list that was concatenated in the source. */
  private static List<String> floats(StateNames names) {
    return Stream.of(names.parameters(), names.statistics()).flatMap(List::stream).toList();
  }

  private static String list(String method, List<String> names) {
    return names.stream()
        .map(ModuleTree::expression)
        .collect(
            Collectors.joining(
                ", ",
                "  def %s(%s) -> List[Tensor]:\n    return [".formatted(method, SELF),
                "]\n"));
  }

  /**
   * Method {@code adopt}: replaces each tensor with an ordinary copy. The engine loads modules in
   * inference mode, whose tensors can neither change nor have gradients.
   */
  private static String adoption(List<String> names) {
    StringBuilder source = new StringBuilder();
    source.append("  def adopt(%s, c: Tensor) -> Tensor:\n".formatted(SELF));
    for (int i = 0; i < names.size(); i++) {
      int dot = names.get(i).lastIndexOf('.');
      String leaf = names.get(i).substring(dot + 1);
      source.append(
          "    m%d = %s\n".formatted(i, ModuleTree.expression(names.get(i).substring(0, dot))));
      source.append("    m%1$d.%2$s = torch.clone(m%1$d.%2$s)\n".formatted(i, leaf));
    }
    return source.append("    return c\n").toString();
  }
}
