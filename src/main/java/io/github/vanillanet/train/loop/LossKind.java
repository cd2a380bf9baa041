package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What is minimised, given one row of target weights per sample: hard labels, smoothed labels and
 * mixed labels are all rows, see {@link StepInput#targets}.
 */
public enum LossKind {
  /** −Σ target·log softmax, mean over the batch. */
  @JsonProperty("cross_entropy")
  CROSS_ENTROPY,
  /** Binary cross entropy of every class on its own, mean over batch and classes. */
  @JsonProperty("binary_cross_entropy")
  BINARY_CROSS_ENTROPY
}
