package io.github.vanillanet.model.network;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TensorNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names and shapes of a network's parameters and buffers, in the order of its layers, as in the
 * official state dict. {@code num_batches_tracked} is optional in files and is not listed.
 */
public record ParameterTable(Map<String, long[]> shapes) {

  private static final String BATCH_COUNTER = ".num_batches_tracked";

  public ParameterTable {
    shapes = Collections.unmodifiableMap(new LinkedHashMap<>(shapes));
  }

  public static ParameterTable of(Network network) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (Layer layer : network.layers()) {
      if (layer instanceof Layer.Convolution conv) {
        shapes.put(
            conv.name() + ".weight",
            new long[] {conv.out(), conv.in() / conv.groups(), conv.kernel(), conv.kernel()});
        if (conv.bias()) {
          shapes.put(conv.name() + ".bias", new long[] {conv.out()});
        }
      } else if (layer instanceof Layer.BatchNorm norm) {
        for (String part : List.of(".weight", ".bias", ".running_mean", ".running_var")) {
          shapes.put(norm.name() + part, new long[] {norm.channels()});
        }
      }
    }
    return new ParameterTable(shapes);
  }

  /** The names in a state dict of each form of a variant, the deepest form first. */
  public static TensorNames names(VanillaNetVariant variant) {
    Architecture architecture = Architecture.official(variant);
    return new TensorNames(
        Arrays.stream(Form.values())
            .map(form -> of(Network.of(architecture, form)).shapes().keySet())
            .toList());
  }

  /**
   * Returns the weights in this table's order, without batch counters.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT}; the message lists all missing parameters,
   *     extra parameters and wrong shapes
   */
  public StateDict select(StateDict weights) {
    List<String> missing = new ArrayList<>();
    List<String> misshapen = new ArrayList<>();
    Map<String, HostTensor> selected = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) -> {
          if (!weights.contains(name)) {
            missing.add(name);
            return;
          }
          HostTensor tensor = weights.get(name);
          if (!tensor.type().isFloatingPoint() || !tensor.hasShape(shape)) {
            misshapen.add(
                "%s: expected floating %s, found %s"
                    .formatted(name, Arrays.toString(shape), tensor));
          }
          selected.put(name, tensor);
        });
    List<String> extra =
        weights.tensors().keySet().stream()
            .filter(name -> !shapes.containsKey(name) && !isBatchCounter(name))
            .toList();
    List<String> problems = new ArrayList<>();
    report(problems, "missing", missing);
    report(problems, "extra", extra);
    report(problems, "misshapen", misshapen);
    if (!problems.isEmpty()) {
      throw BAD_CHECKPOINT.error("the weights do not fit the net: %s", String.join("; ", problems));
    }
    return new StateDict(selected);
  }

  private boolean isBatchCounter(String name) {
    return name.endsWith(BATCH_COUNTER)
        && shapes.containsKey(
            name.substring(0, name.length() - BATCH_COUNTER.length()) + ".running_mean");
  }

  private static void report(List<String> problems, String kind, List<String> names) {
    if (!names.isEmpty()) {
      problems.add("%d %s: %s".formatted(names.size(), kind, String.join(", ", names)));
    }
  }
}
