package io.github.vanillanet.train.gate;

import io.github.vanillanet.train.dataset.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** Validation images that are too few for any accuracy to pass the test against the majority. */
final class FewImages {

  private FewImages() {}

  /**
   * @return empty if a candidate that answers all images correctly passes
   */
  static Optional<String> objection(List<Sample> validation, List<String> labels) {
    if (validation.isEmpty()) {
      return Optional.empty(); // a finding of the data
    }
    int[] counts = new int[labels.size()];
    validation.forEach(sample -> counts[sample.label()]++);
    int most = Arrays.stream(counts).max().orElse(0);
    double share = (double) most / validation.size();
    double best = Binomial.atLeast(validation.size(), validation.size(), share);
    if (best <= Rules.SIGNIFICANCE) {
      return Optional.empty();
    }
    int majority =
        IntStream.range(0, counts.length).filter(c -> counts[c] == most).findFirst().orElseThrow();
    return Optional.of(
        String.format(
            Locale.ROOT,
            "There are too few validation images to show that a model is better than an answer that"
                + " is always '%s': %d images, %d of them of this class. Even if a model answered"
                + " all of them correctly, p would be %.2f; expected at most %.2f. Add images%s, or"
                + " hold back more of them with validation_share.",
            labels.get(majority),
            validation.size(),
            most,
            best,
            Rules.SIGNIFICANCE,
            share > 1.0 / counts.length ? " of the other classes" : ""));
  }
}
