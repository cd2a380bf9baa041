package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScriptObject;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.ModuleTree;
import io.github.vanillanet.model.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A net in training as TorchScript: weights, moving average and optimizer state are its buffers,
 * and a whole step, gradients included, is one call. A step from Java thus crosses into the engine
 * once, and no gradient ever becomes an object of the JVM.
 *
 * <p>Methods, all taking and returning tensors; {@code controls} is float64, see {@link Controls}:
 *
 * <ul>
 *   <li>{@code adopt(controls)}: once, before anything else
 *   <li>{@code step(x, y, mask, controls)} → loss (float64 scalar), logits
 *   <li>{@code gradients(x, y, mask, controls)} → loss, logits, then one gradient per parameter;
 *       moves only the running statistics
 *   <li>{@code apply(g, controls)}: the optimizer and the moving average
 *   <li>{@code evaluate(x, controls)} → logits of the net or of its average
 *   <li>{@code state(controls)} → every tensor of {@link #stateNames()}
 * </ul>
 */
record TrainingModule(String source, ScriptObject root, List<String> stateNames) {

  private static final String CLASS = "Training";
  private static final String SELF = "self: __torch__." + CLASS;
  static final String MODEL = "model.";
  static final String AVERAGE = "model_ema.";
  static final String OPTIMIZER = "optimizer.";

  /**
   * @param network of the training form
   * @param state all tensors by the names of {@link #stateNames()}
   */
  static TrainingModule of(
      Network network,
      OptimizerSpec optimizer,
      LossKind loss,
      double emaDecay,
      Kernels kernels,
      Compute compute,
      StateDict state) {
    if (network.form() != Form.TRAINING) {
      throw new IllegalArgumentException("only the training form is trained");
    }
    ModuleTree tree = new ModuleTree(CLASS);
    List<String> names = stateNames(network, optimizer.kind(), emaDecay > 0);
    for (String name : names) {
      HostTensor tensor = state.get(name);
      tree.add(name, tensor);
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    String source =
        tree.childClasses()
            + tree.declaration(
                "", methods(network, optimizer, loss, emaDecay, kernels, compute, names));
    return new TrainingModule(source, tree.instance(attributes), names);
  }

  /** Names of all state: {@code model.*}, {@code model_ema.*} if averaged, {@code optimizer.*}. */
  static List<String> stateNames(Network network, OptimizerKind kind, boolean averaged) {
    StateNames names = StateNames.of(network);
    List<String> all = new ArrayList<>(prefixed(MODEL, names.all()));
    if (averaged) {
      all.addAll(prefixed(AVERAGE, names.all()));
    }
    for (String part : kind.state()) {
      all.addAll(prefixed(OPTIMIZER + part + '.', names.parameters()));
    }
    return List.copyOf(all);
  }

  private static List<String> prefixed(String prefix, List<String> names) {
    return names.stream().map(name -> prefix + name).toList();
  }

  private static String methods(
      Network network,
      OptimizerSpec optimizer,
      LossKind loss,
      double emaDecay,
      Kernels kernels,
      Compute compute,
      List<String> stateNames) {
    StateNames names = StateNames.of(network);
    String average = emaDecay > 0 ? AVERAGE : MODEL;
    StringBuilder source = new StringBuilder();
    source.append(list("parameters_of_model", prefixed(MODEL, names.parameters())));
    source.append(list("statistics_of_model", prefixed(MODEL, names.statistics())));
    source.append(list("counters_of_model", prefixed(MODEL, names.counters())));
    source.append(list("all_of_model", prefixed(MODEL, names.all())));
    source.append(list("parameters_of_average", prefixed(average, names.parameters())));
    source.append(list("statistics_of_average", prefixed(average, names.statistics())));
    source.append(list("all_of_average", prefixed(average, names.all())));
    for (String part : optimizer.kind().state()) {
      source.append(
          list(part + "_of_optimizer", prefixed(OPTIMIZER + part + '.', names.parameters())));
    }
    source.append(list("all_state", stateNames));
    source.append(adoption(stateNames));
    source.append(ForwardSource.of(network, SELF, kernels, compute));
    source.append(
        OptimizerSource.of(
            optimizer,
            ParameterGroups.of(network, optimizer.weightDecay(), optimizer.layerDecay()),
            SELF));
    source.append(StepSource.of(loss, emaDecay, kernels, SELF));
    return source.toString();
  }

  private static String list(String method, List<String> names) {
    StringBuilder source = new StringBuilder();
    source.append("  def %s(%s) -> List[Tensor]:\n    return [".formatted(method, SELF));
    names.forEach(name -> source.append(attribute(name)).append(", "));
    return source.append("]\n").toString();
  }

  /**
   * The engine loads modules in inference mode, whose tensors may never change or have gradients:
   * {@code adopt} replaces each by an ordinary copy.
   */
  private static String adoption(List<String> names) {
    StringBuilder source = new StringBuilder();
    source.append("  def adopt(%s, c: Tensor) -> Tensor:\n".formatted(SELF));
    for (int i = 0; i < names.size(); i++) {
      int dot = names.get(i).lastIndexOf('.');
      String leaf = names.get(i).substring(dot + 1);
      source.append("    m%d = %s\n".formatted(i, attribute(names.get(i).substring(0, dot))));
      source.append("    m%1$d.%2$s = torch.clone(m%1$d.%2$s)\n".formatted(i, leaf));
    }
    return source.append("    return c\n").toString();
  }

  /** {@code model.stages.0.conv1} → an expression: numeric names are no identifiers. */
  private static String attribute(String dottedName) {
    String expression = "self";
    for (String part : dottedName.split("\\.")) {
      expression = "getattr(%s, \"%s\")".formatted(expression, part);
    }
    return expression;
  }
}
