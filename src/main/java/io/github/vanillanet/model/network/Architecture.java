package io.github.vanillanet.model.network;

import java.util.Collections;
import java.util.List;

/**
 * Everything that determines a net's layers.
 *
 * @param variant gives the strides and the sizes of adaptive pools
 * @param dims width of the stem, then of each block's output
 * @param actNum the series activation's depthwise kernel is 2·actNum + 1 wide
 * @param classes number of logits
 * @param inputHeight pixels
 * @param inputWidth pixels
 */
public record Architecture(
    VanillaNetVariant variant,
    List<Integer> dims,
    int actNum,
    int classes,
    int inputHeight,
    int inputWidth) {

  public static final int OFFICIAL_ACT_NUM = 3;
  public static final int OFFICIAL_CLASSES = 1000;
  public static final int OFFICIAL_INPUT = 224;

  public Architecture {
    dims = List.copyOf(dims);
    if (dims.size() != variant.strides().size() + 1) {
      throw new IllegalArgumentException(
          "%s: expected %d widths, found %s"
              .formatted(variant.officialName(), variant.strides().size() + 1, dims));
    }
    int smallest = Collections.min(dims);
    if (smallest < 1 || classes < 1 || inputHeight < 1 || inputWidth < 1 || actNum < 0) {
      throw new IllegalArgumentException(
          "expected positive widths, classes and sides, act_num 0 or more, found %s, %d, %dx%d, %d"
              .formatted(dims, classes, inputHeight, inputWidth, actNum));
    }
  }

  /** The published net: full width, 1000 classes, 224×224. */
  public static Architecture official(VanillaNetVariant variant) {
    return new Architecture(
        variant,
        variant.dims(),
        OFFICIAL_ACT_NUM,
        OFFICIAL_CLASSES,
        OFFICIAL_INPUT,
        OFFICIAL_INPUT);
  }

  public int blocks() {
    return dims.size() - 1;
  }

  public int width(int index) {
    return dims.get(index);
  }

  /** The paper's depth: stem, blocks and classifier. */
  public int depth() {
    return blocks() + 2;
  }

  /** Returns whether blocks pool to fixed sizes. */
  public boolean adaptive() {
    return !variant.adaPool().isEmpty();
  }
}
