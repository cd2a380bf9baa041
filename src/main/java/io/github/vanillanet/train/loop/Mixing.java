package io.github.vanillanet.train.loop;

/**
 * How one batch is blended with itself in reverse order. A box of no size means mixup: x·λ +
 * reversed·(1 − λ); else cutmix: the box comes from the reversed batch.
 *
 * @param lambda weight of the own label; 1 leaves everything as it is
 * @param top first row of the box
 * @param height rows of the box
 * @param left first column of the box
 * @param width columns of the box
 */
public record Mixing(double lambda, int top, int height, int left, int width) {

  public static final Mixing NONE = new Mixing(1, 0, 0, 0, 0);

  public Mixing {
    if (!(lambda >= 0 && lambda <= 1) || top < 0 || left < 0 || height < 0 || width < 0) {
      throw new IllegalArgumentException(
          "lambda %s must be in 0..1 and the box %d+%d, %d+%d not negative"
              .formatted(lambda, top, height, left, width));
    }
  }

  static Mixing mixup(double lambda) {
    return new Mixing(lambda, 0, 0, 0, 0);
  }
}
