package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The result of a job, in {@code outcome.json}. A process that crashes writes none.
 *
 * @param model published model
 * @param version published version
 * @param activated whether the published version is to serve, or serves already; absent if nothing
 *     is published
 * @param accuracy top-1 of the fused candidate on the validation images, 0..1
 * @param liveAccuracy top-1 of the live version on the images of the comparison, if there is one
 * @param ruling of the gate; absent if the job ended before it
 * @param evidence the numbers behind the ruling, if there are any
 * @param reason if nothing is published, or if the version is not activated
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Outcome(
    Result result,
    Optional<String> model,
    OptionalInt version,
    Optional<Boolean> activated,
    OptionalDouble accuracy,
    OptionalDouble liveAccuracy,
    @Schema(implementation = Ruling.class) Optional<Ruling> ruling,
    Optional<Evidence> evidence,
    Optional<String> reason) {

  public enum Result {
    PUBLISHED,
    /** A dry run has written its plan. */
    PLANNED,
    REJECTED,
    FAILED
  }

  /**
   * @param ruling one that publishes
   * @param reason present if the version is not to be activated
   */
  public static Outcome published(
      String model, int version, Ruling ruling, Evidence evidence, Optional<String> reason) {
    return new Outcome(
        Result.PUBLISHED,
        Optional.of(model),
        OptionalInt.of(version),
        Optional.of(ruling.activates()),
        OptionalDouble.of(evidence.accuracy()),
        liveAccuracy(Optional.of(evidence)),
        Optional.of(ruling),
        Optional.of(evidence),
        reason);
  }

  /**
   * @param evidence absent if the ruling was possible before the training
   */
  public static Outcome rejected(Ruling ruling, String reason, Optional<Evidence> evidence) {
    return new Outcome(
        Result.REJECTED,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        evidence.stream().mapToDouble(Evidence::accuracy).findFirst(),
        liveAccuracy(evidence),
        Optional.of(ruling),
        evidence,
        Optional.of(reason));
  }

  /**
   * @param objection why the planned training cannot start
   */
  public static Outcome planned(Optional<String> objection) {
    return withoutEvidence(Result.PLANNED, objection);
  }

  public static Outcome failed(String reason) {
    return withoutEvidence(Result.FAILED, Optional.of(reason));
  }

  private static Outcome withoutEvidence(Result result, Optional<String> reason) {
    return new Outcome(
        result,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        Optional.empty(),
        reason);
  }

  /** This outcome after its version could not be activated. */
  Outcome notActivated(String because) {
    return new Outcome(
        result,
        model,
        version,
        Optional.of(false),
        accuracy,
        liveAccuracy,
        ruling,
        evidence,
        Optional.of(because));
  }

  private static OptionalDouble liveAccuracy(Optional<Evidence> evidence) {
    return evidence.flatMap(Evidence::comparison).stream()
        .mapToDouble(Evidence.Comparison::liveAccuracy)
        .findFirst();
  }
}
