package io.github.vanillanet.train.gate;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.ImageFolder;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A candidate, measured as it would be served and compared with the live version.
 *
 * @param validation of the candidate on the validation images
 * @param test on images that nothing else has used; absent for a rejected candidate
 * @param liveAccuracy of the live version on the validation images, if it has the same classes
 * @param objection why the candidate may not be published
 */
public record Verdict(
    StoredVersion candidate,
    ConfusionMatrix validation,
    Optional<ConfusionMatrix> test,
    OptionalDouble liveAccuracy,
    Optional<String> objection) {

  /**
   * Measures a candidate on the validation images, and the live version on the same images.
   *
   * @param repository contains the live version of {@code name}
   * @param tolerance accuracy that the candidate may lack compared with the live version, 0..1
   */
  public static Verdict of(
      StoredVersion candidate,
      ImageFolder data,
      ModelRepository repository,
      String name,
      double tolerance,
      ArtifactEvaluation evaluation) {
    ConfusionMatrix validation = evaluation.run(candidate, data.validation());
    OptionalDouble live = liveAccuracy(data, repository, name, evaluation);
    Optional<String> objection = objection(validation, live, tolerance);
    Optional<ConfusionMatrix> test =
        data.test().isEmpty() || objection.isPresent()
            ? Optional.empty()
            : Optional.of(evaluation.run(candidate, data.test()));
    return new Verdict(candidate, validation, test, live, objection);
  }

  private static OptionalDouble liveAccuracy(
      ImageFolder data, ModelRepository repository, String name, ArtifactEvaluation evaluation) {
    OptionalInt version = repository.active(name);
    if (version.isEmpty()) {
      return OptionalDouble.empty();
    }
    StoredVersion live = repository.open(new ModelId(name, version.getAsInt()));
    return live.labels().equals(data.classNames())
        ? OptionalDouble.of(evaluation.run(live, data.validation()).accuracy())
        : OptionalDouble.empty();
  }

  static Optional<String> objection(
      ConfusionMatrix candidate, OptionalDouble live, double tolerance) {
    if (candidate.notFinite() > 0) {
      return Optional.of(
          "the candidate's logits are not finite for %d validation images"
              .formatted(candidate.notFinite()));
    }
    double accuracy = candidate.accuracy();
    if (live.isPresent() && accuracy < live.getAsDouble() - tolerance) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "the candidate's accuracy is %.4f, the live version's is %.4f on the same images;"
                  + " the tolerance is %.4f",
              accuracy,
              live.getAsDouble(),
              tolerance));
    }
    return Optional.empty();
  }

  /** Top-1 on the test images if there are any, otherwise on the validation images. */
  public double accuracy() {
    return test.orElse(validation).accuracy();
  }
}
