package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a training image is cropped. */
public enum Crop {
  /** A box of random area and aspect, resized to the input size. */
  @JsonProperty("resized")
  RESIZED,
  /** Resized to the input size, padded with black by an eighth of it, and cropped at random. */
  @JsonProperty("padded")
  PADDED,
  /** As {@link #PADDED}, but padded with the mirrored picture. */
  @JsonProperty("reflected")
  REFLECTED,
  /** Resized and cropped as in the served model. */
  @JsonProperty("none")
  NONE
}
