package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A job's own last word, in {@code outcome.json}. A process that dies leaves none.
 *
 * @param model name of the published model
 * @param version published, and to be brought into service
 * @param accuracy top-1 of the fused candidate on the validation set, 0..1
 * @param liveAccuracy that of the version in service on the same images, if there was one
 * @param reason why not, if it was not published
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Outcome(
    Result result,
    Optional<String> model,
    OptionalInt version,
    OptionalDouble accuracy,
    OptionalDouble liveAccuracy,
    Optional<String> reason) {

  /** How the work ended. */
  public enum Result {
    PUBLISHED,
    REJECTED,
    FAILED
  }

  public static Outcome published(
      String model, int version, double accuracy, OptionalDouble liveAccuracy) {
    return new Outcome(
        Result.PUBLISHED,
        Optional.of(model),
        OptionalInt.of(version),
        OptionalDouble.of(accuracy),
        liveAccuracy,
        Optional.empty());
  }

  /**
   * @param accuracy absent if the candidate has none: its logits are not finite, say
   */
  public static Outcome rejected(
      String reason, OptionalDouble accuracy, OptionalDouble liveAccuracy) {
    return new Outcome(
        Result.REJECTED,
        Optional.empty(),
        OptionalInt.empty(),
        accuracy,
        liveAccuracy,
        Optional.of(reason));
  }

  public static Outcome failed(String reason) {
    return new Outcome(
        Result.FAILED,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.of(reason));
  }
}
