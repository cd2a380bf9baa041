package io.github.vanillanet.model.network;

/** One layer of the net. A named layer owns the parameters {@code NAME.weight} and so on. */
public sealed interface Layer {

  /** Zero-padded. Weight [out, in/groups, kernel, kernel], bias [out] if there is one. */
  record Convolution(
      String name, int in, int out, int kernel, int stride, int padding, int groups, boolean bias)
      implements Layer {

    boolean isDepthwise() {
      return groups > 1;
    }
  }

  /** Normalises by running statistics. All parameters are [channels]. */
  record BatchNorm(String name, int channels) implements Layer {

    /** The value of the official nets; PyTorch's default is 1e-5. */
    public static final double EPS = 1e-6;
  }

  /** max(x, 0): the first half of the series activation. */
  record Relu() implements Layer {}

  /** LeakyReLU. Its slope grows from 0 to 1 during training; at 1 it is the identity. */
  record SlopedRelu() implements Layer {}

  /** Square windows that do not overlap. Drops the remainder at the border. */
  record MaxPool(int size) implements Layer {}

  /** Windows [⌊i·n/m⌋, ⌈(i+1)·n/m⌉). They overlap, and may enlarge a small input. */
  record AdaptiveMaxPool(int size) implements Layer {}

  /** The mean over height and width: [channels, 1, 1]. */
  record GlobalAveragePool() implements Layer {}

  /** Active only during training. */
  record Dropout() implements Layer {}

  /** Keeps a reference to the map. VanillaNet has none of this and the following layers. */
  record Branch() implements Layer {}

  /** Exchanges the map and the kept one, so that the next layers act on the shortcut. */
  record Swap() implements Layer {}

  /** Adds the kept map. */
  record Join() implements Layer {}

  /** Appends maps of zeros; drops the last maps if {@code out} is smaller than {@code in}. */
  record MoreChannels(int in, int out) implements Layer {}

  /** Windows that overlap, padded with minus infinity. */
  record OverlappingMaxPool(int size, int stride, int padding) implements Layer {}
}
