package io.github.vanillanet.train.dataset;

/**
 * Where the validation samples come from.
 *
 * @param source which folders may serve
 * @param fraction share of each class's training images that a split takes, between 0 and 1
 * @param seed chooses the images that a split takes
 */
public record ValidationRule(Source source, double fraction, long seed) {

  /** Which folders may serve for validation. */
  public enum Source {
    /** {@code val/}, else {@code test/}, else a split of the training images. */
    FOLDER_IF_PRESENT,
    /** Always a split of the training images: {@code test/} stays unseen until the end. */
    SPLIT_OF_TRAINING
  }

  public ValidationRule {
    if (!(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "validation fraction must be between 0 and 1, found " + fraction);
    }
  }
}
