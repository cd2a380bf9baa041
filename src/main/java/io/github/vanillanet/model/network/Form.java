package io.github.vanillanet.model.network;

/** The forms of one net. */
public enum Form {
  /** Two convolutions with batch norms per layer: the paper's deep training. */
  TRAINING,
  /** One convolution with a batch norm per layer: training without the paper's deep training. */
  SINGLE,
  /** One convolution per layer, for serving. */
  DEPLOYED
}
