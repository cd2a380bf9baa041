package io.github.vanillanet.model.network;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads form, widths, class count and {@code act_num} off the shapes of a state dict. The variant
 * is told by the caller: strides leave no trace in the weights. What is missing here takes the
 * official value, so that {@link ParameterTable#select} can name everything that is wrong at once.
 */
public final class ShapeReader {

  private ShapeReader() {}

  /**
   * @throws ServiceException {@code BAD_CHECKPOINT} if these are no weights of a VanillaNet at all,
   *     or the series activation's kernel is no odd square
   */
  public static Network read(
      StateDict weights, VanillaNetVariant variant, int inputHeight, int inputWidth) {
    Form form = form(weights);
    boolean training = form == Form.TRAINING;
    List<Integer> dims = new ArrayList<>();
    dims.add(
        outputs(weights, training ? "stem1.0.weight" : "stem.0.weight", variant.dims().get(0)));
    for (int block = 0; block < variant.strides().size(); block++) {
      String conv = training ? ".conv2.0.weight" : ".conv.weight";
      dims.add(outputs(weights, "stages." + block + conv, variant.dims().get(block + 1)));
    }
    int classes =
        outputs(
            weights, training ? "cls1.2.weight" : "cls.2.weight", Architecture.OFFICIAL_CLASSES);
    int actNum = actNum(weights, training ? "stem2.2.weight" : "stem.1.weight");
    Architecture architecture =
        new Architecture(variant, dims, actNum, classes, inputHeight, inputWidth);
    return Network.of(architecture, form);
  }

  private static Form form(StateDict weights) {
    boolean training = weights.contains("stem1.0.weight");
    boolean deployed = weights.contains("stem.0.weight");
    if (training == deployed) {
      List<String> names = List.copyOf(weights.tensors().keySet());
      throw new ServiceException(
          ErrorCode.BAD_CHECKPOINT,
          ("expected the weights of one VanillaNet, with stem1.0.weight (training form) or"
                  + " stem.0.weight (deployed form), found %s among %d tensors: %s%s")
              .formatted(
                  training ? "both" : "neither",
                  names.size(),
                  names.subList(0, Math.min(4, names.size())),
                  names.size() > 4 ? " …" : ""));
    }
    return training ? Form.TRAINING : Form.DEPLOYED;
  }

  private static int outputs(StateDict weights, String name, int fallback) {
    if (!weights.contains(name)) {
      return fallback;
    }
    long[] shape = weights.get(name).shape();
    boolean plausible = shape.length == 4 && shape[0] > 0 && shape[0] <= Integer.MAX_VALUE;
    return plausible ? (int) shape[0] : fallback;
  }

  private static int actNum(StateDict weights, String name) {
    if (!weights.contains(name)) {
      return Architecture.OFFICIAL_ACT_NUM;
    }
    HostTensor kernel = weights.get(name);
    long[] shape = kernel.shape();
    if (shape.length != 4 || shape[2] != shape[3] || shape[2] % 2 == 0 || shape[2] > 255) {
      throw new ServiceException(
          ErrorCode.BAD_CHECKPOINT,
          "%s: expected [channels, 1, k, k] with an odd k, found %s".formatted(name, kernel));
    }
    return (int) (shape[2] / 2);
  }
}
