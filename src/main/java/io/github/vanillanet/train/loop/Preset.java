package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A named set of values for the members that a request leaves out. See {@link Presets}. */
public enum Preset {
  /** The published training command of the variant. */
  @JsonProperty("official")
  OFFICIAL,
  /** Some ten thousand small images on a few CPU cores. */
  @JsonProperty("small")
  SMALL
}
