package io.github.vanillanet.model.network;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.ArrayList;
import java.util.List;

/**
 * Derives form, widths, classes and {@code act_num} from the shapes of a state dict. The caller
 * names the variant, because shapes do not contain the strides. Where a tensor is missing, the
 * official value is used, so that {@link ParameterTable#select} can report all problems at once.
 */
public final class ShapeReader {

  private static final int MAX_KERNEL = 255;
  private static final int NAMES_SHOWN = 4;

  private ShapeReader() {}

  /**
   * @throws ServiceException {@code BAD_CHECKPOINT} if these are not the weights of a VanillaNet,
   *     or the kernel of the series activation is not an odd square
   */
  public static Network read(
      StateDict weights, VanillaNetVariant variant, int inputHeight, int inputWidth) {
    Form form = form(weights);
    boolean deployed = form == Form.DEPLOYED;
    List<Integer> official = variant.dims();
    List<Integer> dims = new ArrayList<>();
    dims.add(outputs(weights, deployed ? "stem.0" : "stem1.0", official.get(0)));
    for (int block = 0; block < variant.strides().size(); block++) {
      String conv = "stages." + block + last(form);
      dims.add(outputs(weights, conv, official.get(block + 1)));
    }
    int classes = outputs(weights, deployed ? "cls.2" : "cls1.2", Architecture.OFFICIAL_CLASSES);
    int actNum = actNum(weights, deployed ? "stem.1.weight" : "stem2.2.weight");
    return Network.of(
        new Architecture(variant, dims, actNum, classes, inputHeight, inputWidth), form);
  }

  /**
   * @throws ServiceException {@code BAD_CHECKPOINT} if these are not the weights of one form
   */
  public static Form form(StateDict weights) {
    boolean training = weights.contains("stem1.0.weight");
    boolean deployed = weights.contains("stem.0.weight");
    if (training == deployed) {
      List<String> names = List.copyOf(weights.tensors().keySet());
      throw BAD_CHECKPOINT.error(
          "expected the weights of one VanillaNet, with stem1.0.weight (training form)"
              + " or stem.0.weight (deployed form), found %s among %d tensors: %s%s",
          training ? "both" : "neither",
          names.size(),
          names.subList(0, Math.min(NAMES_SHOWN, names.size())),
          names.size() > NAMES_SHOWN ? " …" : "");
    }
    if (deployed) {
      return Form.DEPLOYED;
    }
    boolean pairs = weights.tensors().keySet().stream().anyMatch(ShapeReader::isOfSecond);
    return pairs ? Form.TRAINING : Form.SINGLE;
  }

  /** Whether a tensor belongs to the second convolution of a pair. */
  private static boolean isOfSecond(String name) {
    return name.startsWith("stem2.0.") || name.contains(".conv2.") || name.startsWith("cls2.");
  }

  /** The convolution that determines the width of a block's output. */
  private static String last(Form form) {
    return switch (form) {
      case TRAINING -> ".conv2.0";
      case SINGLE -> ".conv1.0";
      case DEPLOYED -> ".conv";
    };
  }

  private static int outputs(StateDict weights, String convolution, int official) {
    String name = convolution + ".weight";
    if (!weights.contains(name)) {
      return official;
    }
    long[] shape = weights.get(name).shape();
    boolean plausible = shape.length == 4 && shape[0] > 0 && shape[0] <= Integer.MAX_VALUE;
    return plausible ? (int) shape[0] : official;
  }

  private static int actNum(StateDict weights, String name) {
    if (!weights.contains(name)) {
      return Architecture.OFFICIAL_ACT_NUM;
    }
    HostTensor kernel = weights.get(name);
    long[] shape = kernel.shape();
    if (shape.length != 4 || shape[2] != shape[3] || shape[2] % 2 == 0 || shape[2] > MAX_KERNEL) {
      throw BAD_CHECKPOINT.error(
          "%s: expected [channels, 1, k, k] with an odd k, found %s", name, kernel);
    }
    return (int) (shape[2] / 2);
  }
}
