package io.github.vanillanet.model.network;

import java.util.List;

/**
 * All that determines a net's layers: one member of the family at some width, class count, series
 * activation and input size.
 *
 * @param variant gives strides and ada-pool sizes
 * @param dims width of the stem and of each block's output: one more than there are blocks
 * @param actNum the series activation's depthwise kernel is 2·actNum+1 wide
 * @param classes length of the logits
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
          "%s has %d widths, found %s"
              .formatted(variant.officialName(), variant.strides().size() + 1, dims));
    }
    if (dims.stream().anyMatch(width -> width < 1) || actNum < 0 || classes < 1) {
      throw new IllegalArgumentException(
          "widths %s and %d classes must be positive, act_num %d not negative"
              .formatted(dims, classes, actNum));
    }
    if (inputHeight < 1 || inputWidth < 1) {
      throw new IllegalArgumentException(
          "input size must be positive, found %dx%d".formatted(inputHeight, inputWidth));
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

  /** Number of layers on the longest path as the paper counts: stem, blocks, classifier. */
  public int depth() {
    return variant.strides().size() + 2;
  }

  /** True for the variant whose blocks pool to fixed sizes. */
  public boolean adaptive() {
    return !variant.adaPool().isEmpty();
  }
}
