package io.github.vanillanet.train.gate;

import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.jobs.Evidence;
import io.github.vanillanet.train.jobs.Ruling;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A candidate, measured as it would be served, and the decision about it.
 *
 * @param validation of the candidate on the validation images
 * @param test on images that decide nothing
 * @param calibration absent with too few validation images
 * @param mistakes in the validation images
 * @param live version at the time of the decision
 * @param reason of the ruling; empty if the candidate is accepted
 */
public record Verdict(
    StoredVersion candidate,
    ConfusionMatrix validation,
    Optional<ConfusionMatrix> test,
    Optional<CalibrationFit> calibration,
    List<Mistakes> mistakes,
    OptionalInt live,
    Evidence evidence,
    Ruling ruling,
    Optional<String> reason) {

  /** The decision in full sentences. */
  public String words() {
    return Reasons.verdict(reason, evidence);
  }

  /** Top-1 on the test images if there are any, otherwise on the validation images. */
  public double accuracy() {
    return test.orElse(validation).accuracy();
  }
}
