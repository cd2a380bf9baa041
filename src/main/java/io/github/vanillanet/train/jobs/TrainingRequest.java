package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What to train, as a client asks for it: JSON in snake case, all members but {@code name} and
 * {@code variant} optional. What is absent is decided by the preset.
 *
 * @param name of the model to publish
 * @param variant {@code vanillanet_5} … {@code vanillanet_13}
 * @param data image folder, relative to the configured data root; absent with an upload
 * @param dims widths of the stem and of each block, instead of the variant's own
 * @param width factor on the variant's widths, instead of {@code dims}
 * @param actNum the series activation's kernel is 2·act_num+1 wide
 * @param inputSize height and width in pixels
 * @param preset {@code official} or {@code small}: a small data set on a CPU
 * @param batchSize images of one forward
 * @param accumulation forwards of one optimizer step
 * @param optimizer {@code lamb}, {@code adamw} or {@code sgd}
 * @param learningRate at the top of the schedule
 * @param layerDecay factor of the learning rate per layer away from the classifier
 * @param clipNorm bound on the gradients' global norm
 * @param decayEpochs first epoch with slope 1
 * @param decayLinear whether the slope grows linearly; else half a cosine
 * @param loss {@code cross_entropy} or {@code binary_cross_entropy}
 * @param mixup parameter of its beta distribution; 0 for none
 * @param cutmix parameter of its beta distribution; 0 for none
 * @param randAugment {@code rand-m7-mstd0.5-inc1}, or {@code none}
 * @param erasing probability of random erasing
 * @param emaDecay of the moving average; 0 for none
 * @param compute {@code float32}, or {@code bfloat16} on CUDA
 * @param validationShare of each class that is held back where the data has no validation folder
 * @param tolerance of accuracy that the candidate may lack against the version in service
 * @param seed of every random draw
 * @param fineTuneFrom a published model to start from, {@code name} or {@code name/version}
 * @param checkpoint official checkpoint to start from, relative to the configured data root
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record TrainingRequest(
    String name,
    String variant,
    Optional<String> data,
    Optional<List<Integer>> dims,
    OptionalDouble width,
    OptionalInt actNum,
    OptionalInt inputSize,
    Optional<String> preset,
    OptionalInt epochs,
    OptionalInt batchSize,
    OptionalInt accumulation,
    Optional<String> optimizer,
    OptionalDouble learningRate,
    OptionalDouble minLearningRate,
    OptionalDouble warmupEpochs,
    OptionalDouble weightDecay,
    OptionalDouble layerDecay,
    OptionalDouble clipNorm,
    OptionalInt decayEpochs,
    Optional<Boolean> decayLinear,
    Optional<String> loss,
    OptionalDouble labelSmoothing,
    OptionalDouble mixup,
    OptionalDouble cutmix,
    Optional<String> randAugment,
    OptionalDouble erasing,
    OptionalDouble dropout,
    OptionalDouble emaDecay,
    Optional<String> compute,
    OptionalDouble validationShare,
    OptionalDouble tolerance,
    OptionalLong seed,
    Optional<String> fineTuneFrom,
    Optional<String> checkpoint) {

  public TrainingRequest {
    require(name != null && !name.isBlank(), "name: expected the name of the model to publish");
    require(variant != null && !variant.isBlank(), "variant: expected vanillanet_5 or a sibling");
    require(dims.isEmpty() || width.isEmpty(), "expected dims or width, found both");
    require(
        fineTuneFrom.isEmpty() || checkpoint.isEmpty(),
        "expected fine_tune_from or checkpoint, found both");
    atLeast("width", width, Double.MIN_VALUE);
    atLeast("act_num", actNum, 0);
    atLeast("input_size", inputSize, 8);
    atLeast("epochs", epochs, 1);
    atLeast("batch_size", batchSize, 1);
    atLeast("accumulation", accumulation, 1);
    atLeast("learning_rate", learningRate, 0);
    atLeast("min_learning_rate", minLearningRate, 0);
    atLeast("warmup_epochs", warmupEpochs, 0);
    atLeast("weight_decay", weightDecay, 0);
    atLeast("layer_decay", layerDecay, Double.MIN_VALUE);
    atLeast("clip_norm", clipNorm, 0);
    atLeast("decay_epochs", decayEpochs, 0);
    atLeast("mixup", mixup, 0);
    atLeast("cutmix", cutmix, 0);
    share("label_smoothing", labelSmoothing);
    share("erasing", erasing);
    share("dropout", dropout);
    share("ema_decay", emaDecay);
    share("validation_share", validationShare);
    share("tolerance", tolerance);
  }

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if a member is unknown, of the wrong type or
   *     out of its range
   */
  public static TrainingRequest of(JsonNode request) {
    return new JobJson().strict(request, TrainingRequest.class, "training");
  }

  private static void atLeast(String member, OptionalInt value, int least) {
    require(
        value.isEmpty() || value.getAsInt() >= least,
        "%s: expected at least %d, found %d".formatted(member, least, value.orElse(0)));
  }

  private static void atLeast(String member, OptionalDouble value, double least) {
    require(
        value.isEmpty() || value.getAsDouble() >= least && Double.isFinite(value.getAsDouble()),
        "%s: expected %s, found %s"
            .formatted(member, least > 0 ? "more than 0" : "at least 0", value.orElse(0)));
  }

  private static void share(String member, OptionalDouble value) {
    require(
        value.isEmpty() || value.getAsDouble() >= 0 && value.getAsDouble() <= 1,
        "%s: expected 0 to 1, found %s".formatted(member, value.orElse(0)));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new ServiceException(ErrorCode.INVALID_REQUEST, message);
    }
  }
}
