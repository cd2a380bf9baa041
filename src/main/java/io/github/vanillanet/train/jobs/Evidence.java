package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The numbers behind a {@link Ruling}. Accuracies and shares are from 0 to 1.
 *
 * @param images validation images that could be decoded
 * @param right correct answers among them
 * @param notFinite answers with a logit that is not finite; they count as wrong
 * @param majorityClass most frequent class of the images
 * @param majorityShare its share of the images
 * @param majorityP probability that an answer which is right with {@code majorityShare} is right at
 *     least {@code right} times; one-sided, exact
 * @param frequentAnswer class that is answered most often
 * @param frequentAnswerShare its share of the answers
 * @param frequentAnswerImages its share of the images
 * @param balancedAccuracy mean recall of the classes that have images
 * @param balancedAccuracyLow lower end of its 95 % bootstrap interval
 * @param balancedAccuracyHigh upper end
 * @param testAccuracy on the test images, which decide nothing
 * @param comparison with the live version; absent without one, or if its labels differ
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Evidence(
    int images,
    int right,
    int notFinite,
    String majorityClass,
    double majorityShare,
    double majorityP,
    String frequentAnswer,
    double frequentAnswerShare,
    double frequentAnswerImages,
    double balancedAccuracy,
    double balancedAccuracyLow,
    double balancedAccuracyHigh,
    OptionalDouble testAccuracy,
    Optional<Comparison> comparison) {

  /**
   * The candidate and the live version on the same images.
   *
   * @param liveVersion that the candidate is compared with
   * @param images validation images that neither version was trained on
   * @param leftOut validation images that one of them was trained on; absent if it is not known
   *     what the live version was trained on
   * @param right correct answers of the candidate
   * @param liveRight correct answers of the live version
   * @param onlyLiveRight images that only the live version answers correctly
   * @param onlyCandidateRight images that only the candidate answers correctly
   * @param worseP probability of at least {@code onlyLiveRight} such images among those that only
   *     one version answers correctly, if both are equally good; McNemar's test, one-sided, exact
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Comparison(
      int liveVersion,
      int images,
      OptionalInt leftOut,
      int right,
      int liveRight,
      int onlyLiveRight,
      int onlyCandidateRight,
      double worseP) {

    /** Images that only one of the two versions answers correctly. */
    public int discordant() {
      return onlyLiveRight + onlyCandidateRight;
    }

    public double accuracy() {
      return share(right, images);
    }

    public double liveAccuracy() {
      return share(liveRight, images);
    }
  }

  public double accuracy() {
    return share(right, images);
  }

  private static double share(int part, int whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
