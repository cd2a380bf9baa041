package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One line of a job's progress file.
 *
 * @param phase {@code look}, {@code measure}, {@code train}, {@code fuse}, {@code evaluate} or
 *     {@code publish}
 * @param epoch 0-based
 * @param step 0-based, counted over all epochs
 * @param loss with label smoothing and mixing
 * @param accuracy top-1 on the training images, 0..1
 * @param stage 0-based; present during a training
 * @param inputSize of the stage, in pixels
 * @param validationAccuracy top-1 on the validation images, 0..1: of the best candidate so far, or
 *     before the first candidate, of the last epoch
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Progress(
    Instant time,
    String phase,
    int epoch,
    int epochs,
    long step,
    long steps,
    OptionalInt stage,
    OptionalInt inputSize,
    OptionalDouble loss,
    OptionalDouble accuracy,
    OptionalDouble validationAccuracy,
    OptionalDouble learningRate,
    OptionalDouble slope,
    OptionalDouble imagesPerSecond,
    OptionalDouble secondsLeft) {

  /** A line without measurements, for a phase other than the training. */
  public static Progress of(
      Instant time, String phase, int epoch, int epochs, long step, long steps) {
    OptionalDouble none = OptionalDouble.empty();
    return new Progress(
        time,
        phase,
        epoch,
        epochs,
        step,
        steps,
        OptionalInt.empty(),
        OptionalInt.empty(),
        none,
        none,
        none,
        none,
        none,
        none,
        none);
  }
}
