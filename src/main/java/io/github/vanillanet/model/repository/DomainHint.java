package io.github.vanillanet.model.repository;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Marks images that may show none of a model's classes. It is the member {@code domain} of a
 * manifest. An image is marked if its {@link ClassMeans#score} is below the threshold.
 *
 * @param score name of the score; {@link #SCORE}
 * @param threshold 5 % of the validation images have a lower score
 * @param images that the class means were computed from
 * @param featuresSha256 of the file with the class means
 */
public record DomainHint(String score, double threshold, int images, String featuresSha256) {

  public static final String SCORE = "cosine_to_class_mean";

  public DomainHint {
    if (!score.equals(SCORE)) {
      throw new IllegalArgumentException(
          "domain: expected the score %s, got %s".formatted(SCORE, score));
    }
    if (!(Math.abs(threshold) <= 1)) {
      throw new IllegalArgumentException(
          "domain: expected a threshold from -1 to 1, got %s".formatted(threshold));
    }
  }

  /** A hint that is not published yet. */
  public record Fitted(ClassMeans means, double threshold, int images) {

    /** Writes the class means into the folder of a version. */
    DomainHint write(Path folder) throws IOException {
      return new DomainHint(SCORE, threshold, images, means.write(folder));
    }
  }
}
