package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * A training sample's way to the network, in the recipe's order: crop, bicubic resize, flip,
 * RandAugment, normalise, random erasing. Immutable; any thread.
 *
 * @see <a href="https://github.com/huawei-noah/VanillaNet/blob/main/datasets.py">the official
 *     training transform</a>
 */
public final class Augmentation implements SamplePreparation {

  private final TrainingCrop crop;
  private final double flipShare;
  private final RandAugment randAugment;
  private final RandomErasing erasing;
  private final Preprocessing resize;
  private final Normalisation normalisation;

  /**
   * @param serving gives the input's size, mean and std; its resize and crop are not used
   * @param flipShare how often, 0 to 1, a sample is mirrored
   */
  public Augmentation(
      Preprocessing serving,
      TrainingCrop crop,
      double flipShare,
      RandAugment randAugment,
      RandomErasing erasing) {
    if (!(flipShare >= 0 && flipShare <= 1)) {
      throw new IllegalArgumentException("flip share must be 0 to 1, found " + flipShare);
    }
    this.crop = crop;
    this.flipShare = flipShare;
    this.randAugment = randAugment;
    this.erasing = erasing;
    this.resize =
        new Preprocessing(
            serving.height(),
            serving.width(),
            false,
            serving.height(),
            serving.width(),
            serving.mean(),
            serving.std());
    this.normalisation = new Normalisation(serving.mean(), serving.std());
  }

  /** Crop and flip alone. */
  public Augmentation(Preprocessing serving, TrainingCrop crop, double flipShare) {
    this(serving, crop, flipShare, RandAugment.none(), RandomErasing.none());
  }

  @Override
  public int height() {
    return resize.height();
  }

  @Override
  public int width() {
    return resize.width();
  }

  /** The 8-bit part: everything before the normalisation. */
  RgbImage distort(RgbImage decoded, SplittableRandom random) {
    RgbImage view = resize.apply(crop.cut(decoded, random));
    RgbImage turned = random.nextDouble() < flipShare ? Pixels.mirror(view) : view;
    return randAugment.apply(turned, random);
  }

  @Override
  public void prepare(RgbImage decoded, SplittableRandom random, FloatBuffer target, int offset) {
    normalisation.write(distort(decoded, random), target, offset);
    erasing.apply(target, offset, height(), width(), random);
  }
}
