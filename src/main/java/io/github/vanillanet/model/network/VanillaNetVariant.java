package io.github.vanillanet.model.network;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The official family, from {@code models/vanillanet.py} of huawei-noah/VanillaNet. A checkpoint
 * may have other widths than its variant.
 */
public enum VanillaNetVariant {
  VANILLANET_5(List.of(512, 1024, 2048, 4096), List.of(2, 2, 2)),
  VANILLANET_6(List.of(512, 1024, 2048, 4096, 4096), List.of(2, 2, 2, 1)),
  VANILLANET_7(List.of(512, 512, 1024, 2048, 4096, 4096), List.of(1, 2, 2, 2, 1)),
  VANILLANET_8(deepDims(1), deepStrides(1)),
  VANILLANET_9(deepDims(2), deepStrides(2)),
  VANILLANET_10(deepDims(3), deepStrides(3)),
  VANILLANET_11(deepDims(4), deepStrides(4)),
  VANILLANET_12(deepDims(5), deepStrides(5)),
  VANILLANET_13(deepDims(6), deepStrides(6)),
  VANILLANET_13_X1_5(wide(deepDims(6)), deepStrides(6)),
  VANILLANET_13_X1_5_ADA_POOL(
      wide(deepDims(6)), deepStrides(6), List.of(0, 38, 19, 0, 0, 0, 0, 0, 0, 10, 0));

  private final List<Integer> dims;
  private final List<Integer> strides;
  private final List<Integer> adaPool;

  VanillaNetVariant(List<Integer> dims, List<Integer> strides) {
    this(dims, strides, List.of());
  }

  VanillaNetVariant(List<Integer> dims, List<Integer> strides, List<Integer> adaPool) {
    this.dims = dims;
    this.strides = strides;
    this.adaPool = adaPool;
  }

  /** From 8 layers on, each deeper net has one more block of width 2048 and stride 1. */
  private static List<Integer> deepDims(int repeats) {
    return concatenate(
        List.of(512, 512, 1024, 2048), Collections.nCopies(repeats, 2048), List.of(4096, 4096));
  }

  private static List<Integer> deepStrides(int repeats) {
    return concatenate(List.of(1, 2, 2), Collections.nCopies(repeats, 1), List.of(2, 1));
  }

  private static List<Integer> wide(List<Integer> dims) {
    return dims.stream().map(width -> width * 3 / 2).toList();
  }

  @SafeVarargs
  private static List<Integer> concatenate(List<Integer>... parts) {
    return Arrays.stream(parts).flatMap(List::stream).toList();
  }

  /** The name in the official code: {@code vanillanet_13_x1_5}. */
  public String officialName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The default name of a model of this variant: {@code vanillanet-13-x1-5}. */
  public String modelName() {
    return officialName().replace('_', '-');
  }

  /** Full width of the stem, then of each block's output. */
  public List<Integer> dims() {
    return dims;
  }

  /** Stride of each block's pool; 1 for none. */
  public List<Integer> strides() {
    return strides;
  }

  /** Output size of each block's adaptive pool, 0 for none; empty if the variant has none. */
  public List<Integer> adaPool() {
    return adaPool;
  }

  /** Accepts official names and model names, case-insensitive. */
  public static Optional<VanillaNetVariant> named(String name) {
    String wanted = name.toLowerCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(values()).filter(v -> v.officialName().equals(wanted)).findFirst();
  }

  public static String names() {
    return Arrays.stream(values())
        .map(VanillaNetVariant::officialName)
        .collect(Collectors.joining(", "));
  }
}
