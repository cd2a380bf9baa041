package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One line of a job's progress file.
 *
 * @param phase what is being done, in a word: {@code scan}, {@code train}, {@code evaluate}, {@code
 *     fuse}, {@code publish}
 * @param epoch 0-based
 * @param epochs in all
 * @param step 0-based, counted over all epochs
 * @param steps in all
 * @param loss as trained: smoothed and mixed
 * @param accuracy top-1 on the images trained on, 0..1
 * @param validationAccuracy top-1 on the validation set, 0..1, where it was measured
 * @param message for people, where there is something to say
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
    OptionalDouble loss,
    OptionalDouble accuracy,
    OptionalDouble validationAccuracy,
    OptionalDouble learningRate,
    OptionalDouble slope,
    OptionalDouble imagesPerSecond,
    OptionalDouble secondsLeft,
    Optional<String> message) {

  /** A line without numbers: what is done before and after the training proper. */
  public static Progress of(Instant time, String phase, String message) {
    return new Progress(
        time,
        phase,
        0,
        0,
        0,
        0,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.of(message));
  }
}
