package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The training loss of logits and class weights, see {@link StepInput#targets}. */
public enum LossKind {
  /** −Σ weight·log softmax, mean over the batch. */
  @JsonProperty("cross_entropy")
  CROSS_ENTROPY,
  /** Binary cross entropy of each class, mean over batch and classes. */
  @JsonProperty("binary_cross_entropy")
  BINARY_CROSS_ENTROPY
}
