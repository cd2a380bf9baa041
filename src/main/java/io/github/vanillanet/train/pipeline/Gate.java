package io.github.vanillanet.train.pipeline;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Whether a candidate may be published.
 *
 * @param tolerance accuracy that it may lack against the live version, 0..1
 */
record Gate(double tolerance) {

  /** Why not, with both numbers; empty if it may. */
  Optional<String> objection(ConfusionMatrix candidate, OptionalDouble live) {
    if (candidate.notFinite() > 0) {
      return Optional.of(
          "the candidate answers %d validation images with logits that are not finite"
              .formatted(candidate.notFinite()));
    }
    double accuracy = candidate.accuracy();
    if (live.isPresent() && accuracy < live.getAsDouble() - tolerance) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "the candidate has accuracy %.4f, the live version %.4f on the same images; at most"
                  + " %.4f less is tolerated",
              accuracy,
              live.getAsDouble(),
              tolerance));
    }
    return Optional.empty();
  }
}
