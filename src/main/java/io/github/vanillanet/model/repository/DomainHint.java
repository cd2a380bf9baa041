package io.github.vanillanet.model.repository;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Marks images that may show none of a model's classes. It is the member {@code domain} of a
 * manifest. An image is marked if its {@link ClassMeans#score} is below the threshold.
 *
 * @param score name of the score; {@link #SCORE}
 * @param threshold 5 % of the validation images have a lower score
 * @param images that the class means were computed from
 * @param auroc of the score for known and unknown images, 0..1; absent if it was not measured
 * @param experimental whether the AUROC was not measured, or is below {@link #RELIABLE_AUROC}
 * @param featuresSha256 of the file with the class means
 */
public record DomainHint(
    String score,
    double threshold,
    int images,
    Optional<Double> auroc,
    boolean experimental,
    String featuresSha256) {

  public static final String SCORE = "cosine_to_class_mean";
  public static final double RELIABLE_AUROC = 0.85;

  public DomainHint {
    if (!score.equals(SCORE)) {
      throw new IllegalArgumentException(
          "domain: expected the score %s, got %s".formatted(SCORE, score));
    }
    if (!(Math.abs(threshold) <= 1)) {
      throw new IllegalArgumentException(
          "domain: expected a threshold from -1 to 1, got %s".formatted(threshold));
    }
    if (experimental == auroc.filter(it -> it >= RELIABLE_AUROC && it <= 1).isPresent()) {
      throw new IllegalArgumentException(
          "domain: expected experimental to be false for an auroc from %s to 1, otherwise true; got %s"
              .formatted(RELIABLE_AUROC, experimental));
    }
  }

  /** A hint that is not published yet. A training has no unknown images to measure its AUROC. */
  public record Fitted(ClassMeans means, double threshold, int images) {

    /** Writes the class means into the folder of a version. */
    DomainHint write(Path folder) throws IOException {
      return new DomainHint(SCORE, threshold, images, Optional.empty(), true, means.write(folder));
    }
  }
}
