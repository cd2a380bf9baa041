package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The result of a job, in {@code outcome.json}. A process that crashes writes none.
 *
 * @param model published model
 * @param version published version, which the service then loads
 * @param accuracy top-1 of the fused candidate on the validation images, 0..1
 * @param liveAccuracy top-1 of the live version on the same images, if there was one
 * @param reason if nothing was published
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

  public enum Result {
    PUBLISHED,
    /** A dry run has written its plan. */
    PLANNED,
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
   * @param accuracy absent if the candidate's logits are not finite, for example
   */
  public static Outcome rejected(
      String reason, OptionalDouble accuracy, OptionalDouble liveAccuracy) {
    return unpublished(Result.REJECTED, reason, accuracy, liveAccuracy);
  }

  /**
   * @param objection why the planned training cannot start
   */
  public static Outcome planned(Optional<String> objection) {
    return new Outcome(
        Result.PLANNED,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        objection);
  }

  public static Outcome failed(String reason) {
    return unpublished(Result.FAILED, reason, OptionalDouble.empty(), OptionalDouble.empty());
  }

  private static Outcome unpublished(
      Result result, String reason, OptionalDouble accuracy, OptionalDouble liveAccuracy) {
    return new Outcome(
        result, Optional.empty(), OptionalInt.empty(), accuracy, liveAccuracy, Optional.of(reason));
  }
}
