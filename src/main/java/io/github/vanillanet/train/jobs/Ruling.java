package io.github.vanillanet.train.jobs;

/** What the gate decides about a trained candidate, in the order in which it checks the rules. */
public enum Ruling {
  /** Its labels differ from those of the live version, and the request does not accept that. */
  LABELS_CHANGED(false),
  /** Some logits are not finite. */
  NOT_FINITE(false),
  /** It is not better than an answer that is always the most frequent class. */
  NOT_BETTER_THAN_MAJORITY(false),
  /** It answers almost every image with the same class. */
  ONE_ANSWER(false),
  /** Published but not activated: the comparison with the live version has too few images. */
  TOO_FEW_IMAGES(true),
  /** It is worse than the live version. */
  WORSE_THAN_LIVE(false),
  /** Its accuracy is lower than that of the live version by more than the tolerance. */
  BEYOND_TOLERANCE(false),
  /** Published but not activated: the request has {@code activate: false}. */
  ACTIVATION_OFF(true),
  /** Published and activated. */
  ACCEPTED(true);

  private final boolean publishes;

  Ruling(boolean publishes) {
    this.publishes = publishes;
  }

  public boolean publishes() {
    return publishes;
  }

  public boolean activates() {
    return this == ACCEPTED;
  }
}
