package io.github.vanillanet.train.jobs;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Outcomes of a candidate with 60 of 120 right answers; the live version has 84. */
public final class Outcomes {

  private static final Evidence EVIDENCE =
      new Evidence(
          120,
          60,
          0,
          "cat",
          0.4,
          0.02,
          "dog",
          0.5,
          0.3,
          0.5,
          0.4,
          0.6,
          OptionalDouble.of(0.45),
          Optional.of(new Evidence.Comparison(1, 120, OptionalInt.of(0), 60, 84, 30, 6, 0.00004)));

  private Outcomes() {}

  public static Outcome published(String model, int version) {
    return Outcome.published(model, version, Ruling.ACCEPTED, EVIDENCE, Optional.empty());
  }

  public static Outcome notActivated(String model, int version, String reason) {
    return Outcome.published(model, version, Ruling.TOO_FEW_IMAGES, EVIDENCE, Optional.of(reason));
  }

  public static Outcome rejected(String reason) {
    return Outcome.rejected(Ruling.WORSE_THAN_LIVE, reason, Optional.of(EVIDENCE));
  }
}
