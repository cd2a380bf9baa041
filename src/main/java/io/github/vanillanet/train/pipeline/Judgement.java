package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.ImageFolder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A candidate, measured as it would be served and held against the live version.
 *
 * @param validation of the candidate on the validation images
 * @param test on images that nothing else has touched; only of a candidate that may be published
 * @param live accuracy of the live version on the validation images, if it tells the same classes
 *     apart
 * @param objection why the candidate may not be published
 */
record Judgement(
    StoredVersion candidate,
    ConfusionMatrix validation,
    Optional<ConfusionMatrix> test,
    OptionalDouble live,
    Optional<String> objection) {

  /**
   * Takes the contender that does best on the validation images; of equals, the first.
   *
   * @param repository of the live version of {@code name}
   */
  static Judgement of(
      List<StoredVersion> contenders,
      ImageFolder data,
      ModelRepository repository,
      String name,
      Gate gate,
      ArtifactEvaluation evaluation) {
    StoredVersion best = contenders.get(0);
    ConfusionMatrix validation = evaluation.run(best, data.validation());
    for (StoredVersion contender : contenders.subList(1, contenders.size())) {
      ConfusionMatrix matrix = evaluation.run(contender, data.validation());
      if (matrix.accuracy() > validation.accuracy()) {
        best = contender;
        validation = matrix;
      }
    }
    OptionalDouble live = live(data, repository, name, evaluation);
    Optional<String> objection = gate.objection(validation, live);
    Optional<ConfusionMatrix> test =
        data.test().isEmpty() || objection.isPresent()
            ? Optional.empty()
            : Optional.of(evaluation.run(best, data.test()));
    return new Judgement(best, validation, test, live, objection);
  }

  private static OptionalDouble live(
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

  /** Top-1 on the test images if there are any, else on the validation images. */
  double accuracy() {
    return test.orElse(validation).accuracy();
  }

  TrainingReport.Result result(List<String> labels) {
    return new TrainingReport.Result(
        TrainingReport.Scores.of(validation, labels),
        test.map(matrix -> TrainingReport.Scores.of(matrix, labels)),
        live.isPresent() ? Optional.of(live.getAsDouble()) : Optional.empty(),
        objection,
        candidate.manifest().certificate());
  }
}
