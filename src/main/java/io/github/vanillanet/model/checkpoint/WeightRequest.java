package io.github.vanillanet.model.checkpoint;

import java.util.Optional;

/**
 * The weights that are wanted from a file.
 *
 * @param key where they are, as a dotted path; empty to search for them
 * @param names of the net's tensors
 * @param ignored names that may be beside them
 */
public record WeightRequest(Optional<String> key, TensorNames names, IgnoredNames ignored) {

  /** Takes all tensors under the key, or under the first usual one, whatever their names are. */
  public static WeightRequest any(Optional<String> key) {
    return new WeightRequest(key, TensorNames.ANY, new IgnoredNames(Optional.empty()));
  }
}
