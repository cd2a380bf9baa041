package io.github.vanillanet.train.loop;

/**
 * How one batch is mixed with itself in reverse order. If the box is empty, mixup: x·λ +
 * reversed·(1 − λ). Otherwise cutmix: the box is taken from the reversed batch.
 *
 * @param lambda weight of the own label; 1 leaves the batch unchanged
 * @param top first row of the box
 * @param height rows of the box
 * @param left first column of the box
 * @param width columns of the box
 */
record Mixing(double lambda, int top, int height, int left, int width) {

  static final Mixing NONE = new Mixing(1, 0, 0, 0, 0);

  static Mixing mixup(double lambda) {
    return new Mixing(lambda, 0, 0, 0, 0);
  }
}
