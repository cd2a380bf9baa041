package io.github.vanillanet.model.network;

/** One step of the plain net. A named layer owns the parameters {@code name + ".weight"} etc. */
public sealed interface Layer {

  /**
   * Cross-correlation with zero padding. Weight {@code [out, in/groups, kernel, kernel]}, bias
   * {@code [out]} if there is one.
   */
  record Convolution(
      String name, int in, int out, int kernel, int stride, int padding, int groups, boolean bias)
      implements Layer {}

  /** Normalises by running statistics with eps 1e-6; all parameters {@code [channels]}. */
  record BatchNorm(String name, int channels) implements Layer {

    /** The official nets deviate from torch's default of 1e-5. */
    public static final double EPS = 1e-6;
  }

  /** max(x, 0): the first half of the series activation. */
  record Relu() implements Layer {}

  /** LeakyReLU whose slope goes from 0 to 1 while training, and is the identity at 1. */
  record SlopedRelu() implements Layer {}

  /** Non-overlapping square windows; a rest at the border is dropped. */
  record MaxPool(int size) implements Layer {}

  /** Windows [⌊i·n/m⌋, ⌈(i+1)·n/m⌉): overlapping, and enlarging when the input is smaller. */
  record AdaptiveMaxPool(int size) implements Layer {}

  /** Mean over height and width, which become 1×1. */
  record GlobalAveragePool() implements Layer {}

  /** Active while training only. */
  record Dropout() implements Layer {}
}
