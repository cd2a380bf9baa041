package io.github.vanillanet.train.dataset;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a training treats classes with different numbers of images. */
public enum Balance {
  /** Every image counts the same, and is drawn once per epoch. */
  @JsonProperty("none")
  NONE,
  /** The loss of an image is divided by the size of its class. */
  @JsonProperty("weights")
  WEIGHTS,
  /** Every class gives the same number of images to each epoch; images of small classes repeat. */
  @JsonProperty("sampling")
  SAMPLING
}
