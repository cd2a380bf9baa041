package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.train.dataset.Augmentation;
import io.github.vanillanet.train.dataset.RandAugment;
import io.github.vanillanet.train.dataset.RandomErasing;
import io.github.vanillanet.train.dataset.ResizedCrop;
import io.github.vanillanet.train.dataset.ValidationRule;
import io.github.vanillanet.train.jobs.TrainingRequest;
import io.github.vanillanet.train.loop.Compute;
import io.github.vanillanet.train.loop.Kernels;
import io.github.vanillanet.train.loop.TrainingSpec;
import java.util.List;

/**
 * Everything that a request decides, checked before anything long begins.
 *
 * @param preprocessing of evaluation and of service
 */
record TrainingPlan(TrainingSpec spec, Preprocessing preprocessing, Augmentation augmentation) {

  private static final double VALIDATION_SHARE = 0.1;
  private static final String FLOAT32 = "float32";
  private static final String BFLOAT16 = "bfloat16";
  private static final String OFFICIAL_AUGMENT = "rand-m7-mstd0.5-inc1";
  private static final String NO_AUGMENT = "none";
  private static final double OFFICIAL_ERASING = 0.25;

  /** Few epochs see each image seldom: crops keep most of it. */
  private static final ResizedCrop MILD_CROP = new ResizedCrop(0.6);

  static ValidationRule validation(TrainingRequest request) {
    // who names a share wants a test folder to stay unseen
    ValidationRule.Source source =
        request.validationShare().isPresent()
            ? ValidationRule.Source.SPLIT_OF_TRAINING
            : ValidationRule.Source.FOLDER_IF_PRESENT;
    try {
      return new ValidationRule(
          source, request.validationShare().orElse(VALIDATION_SHARE), seed(request));
    } catch (IllegalArgumentException e) {
      throw new ServiceException(ErrorCode.INVALID_REQUEST, "validation_share: " + e.getMessage());
    }
  }

  static VanillaNetVariant variant(TrainingRequest request) {
    return VanillaNetVariant.named(request.variant())
        .orElseThrow(
            () ->
                new ServiceException(
                    ErrorCode.INVALID_REQUEST,
                    "variant: expected one of %s, found '%s'"
                        .formatted(VanillaNetVariant.names(), request.variant())));
  }

  private static long seed(TrainingRequest request) {
    return request.seed().orElse(0);
  }

  /**
   * @param classes that the data has
   * @param device decides which operators are fast
   * @throws ServiceException {@code INVALID_REQUEST} if a member of the request is not possible
   */
  static TrainingPlan of(TrainingRequest request, int classes, Device device) {
    ModelId.requireName(request.name());
    VanillaNetVariant variant = variant(request);
    int size = request.inputSize().orElse(Architecture.OFFICIAL_INPUT);
    boolean official =
        request.preset().orElse(RequestedRecipe.SMALL).equals(RequestedRecipe.OFFICIAL);
    Preprocessing preprocessing = preprocessing(size, official);
    Architecture architecture =
        new Architecture(
            variant,
            dims(request, variant),
            request.actNum().orElse(Architecture.OFFICIAL_ACT_NUM),
            classes,
            size,
            size);
    TrainingSpec spec =
        new TrainingSpec(
            architecture,
            RequestedRecipe.of(request, variant),
            device.kind() == Device.Kind.CPU ? Kernels.PIXELWISE : Kernels.PLANAR,
            compute(request, device),
            seed(request));
    Cost.of(spec.network()); // refuses an input that the net would pool to nothing
    return new TrainingPlan(spec, preprocessing, augmentation(request, preprocessing, official));
  }

  private static Compute compute(TrainingRequest request, Device device) {
    String name = request.compute().orElse(FLOAT32);
    return switch (name) {
      case FLOAT32 -> Compute.FLOAT32;
      case BFLOAT16 -> {
        if (device.kind() == Device.Kind.CPU) {
          throw new ServiceException(
              ErrorCode.INVALID_REQUEST,
              "compute: bfloat16 needs a CUDA device, this training runs on " + device);
        }
        yield Compute.BFLOAT16;
      }
      default ->
          throw new ServiceException(
              ErrorCode.INVALID_REQUEST,
              "compute: expected %s or %s, found '%s'".formatted(FLOAT32, BFLOAT16, name));
    };
  }

  /** Small sets have small images: what the official crop cuts off is kept. */
  private static Preprocessing preprocessing(int size, boolean official) {
    Preprocessing usual = Preprocessing.official(size, size);
    return official
        ? usual
        : new Preprocessing(size, size, true, size, size, usual.mean(), usual.std());
  }

  private static List<Integer> dims(TrainingRequest request, VanillaNetVariant variant) {
    if (request.dims().isPresent()) {
      List<Integer> dims = request.dims().get();
      if (dims.size() != variant.dims().size() || dims.stream().anyMatch(width -> width < 1)) {
        throw new ServiceException(
            ErrorCode.INVALID_REQUEST,
            "dims: %s has %d positive widths, found %s"
                .formatted(variant.officialName(), variant.dims().size(), dims));
      }
      return dims;
    }
    double factor = request.width().orElse(1);
    return variant.dims().stream()
        .map(width -> (int) Math.max(1, Math.round(width * factor)))
        .toList();
  }

  private static Augmentation augmentation(
      TrainingRequest request, Preprocessing preprocessing, boolean official) {
    return new Augmentation(
        preprocessing,
        official ? ResizedCrop.OFFICIAL : MILD_CROP,
        RandAugment.parse(request.randAugment().orElse(official ? OFFICIAL_AUGMENT : NO_AUGMENT)),
        new RandomErasing(request.erasing().orElse(official ? OFFICIAL_ERASING : 0)));
  }
}
