package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.train.dataset.Augmentation;
import io.github.vanillanet.train.dataset.Cropping;
import io.github.vanillanet.train.dataset.PaddedCrop;
import io.github.vanillanet.train.dataset.RandomErasing;
import io.github.vanillanet.train.dataset.ResizedCrop;
import io.github.vanillanet.train.dataset.ValidationRule;
import io.github.vanillanet.train.loop.Crop;
import io.github.vanillanet.train.loop.Preset;
import io.github.vanillanet.train.loop.Recipe;

/**
 * The image processing of a recipe.
 *
 * @param validation selects the images that are held back
 * @param preprocessing of evaluation and of the served model
 * @param augmentation of the training images
 */
record ImagePreparation(
    ValidationRule validation, Preprocessing preprocessing, Augmentation augmentation) {

  static final double VALIDATION_SHARE = 0.1;
  private static final int LEAST_OF_EACH_CLASS = 10;

  /** With few epochs, each image is used only a few times, so the crop keeps most of it. */
  private static final ResizedCrop MILD_CROP = new ResizedCrop(0.6);

  /**
   * @param inputSize of a stage, in pixels
   */
  static ImagePreparation of(Recipe recipe, int inputSize) {
    ValidationRule.Source source =
        recipe.validationShare().isPresent()
            ? ValidationRule.Source.SPLIT_OF_TRAINING
            : ValidationRule.Source.FOLDER_IF_PRESENT;
    boolean official = recipe.preset() == Preset.OFFICIAL;
    Preprocessing preprocessing = preprocessing(inputSize, official);
    return new ImagePreparation(
        new ValidationRule(
            source,
            recipe.validationShare().orElse(VALIDATION_SHARE),
            recipe.validationShare().isPresent() ? 1 : LEAST_OF_EACH_CLASS,
            recipe.seed()),
        preprocessing,
        new Augmentation(
            preprocessing,
            cropping(recipe.crop(), inputSize, official),
            recipe.flip(),
            recipe.distortion(),
            new RandomErasing(recipe.erasing())));
  }

  private static Cropping cropping(Crop crop, int inputSize, boolean official) {
    return switch (crop) {
      case RESIZED -> official ? ResizedCrop.OFFICIAL : MILD_CROP;
      case PADDED -> PaddedCrop.ofInput(inputSize, false);
      case REFLECTED -> PaddedCrop.ofInput(inputSize, true);
      case NONE -> PaddedCrop.NONE;
    };
  }

  /** Small data sets usually have small images, which are not cropped after resizing. */
  private static Preprocessing preprocessing(int size, boolean official) {
    Preprocessing usual = Preprocessing.official(size, size);
    return official
        ? usual
        : new Preprocessing(size, size, true, size, size, usual.mean(), usual.std());
  }
}
