package io.github.vanillanet.train.dataset;

/**
 * The place of a batch in a training.
 *
 * @param epoch from 0
 * @param step within the epoch, from 0; one past an epoch's last step means the next epoch's first
 */
public record Position(int epoch, int step) {

  public Position {
    if (epoch < 0 || step < 0) {
      throw new IllegalArgumentException(
          "epoch and step must be 0 or more, found %d and %d".formatted(epoch, step));
    }
  }

  /** Where a training begins. */
  public static Position start() {
    return new Position(0, 0);
  }
}
