package io.github.vanillanet.train.gate;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.TrainingImages;
import io.github.vanillanet.train.dataset.Balance;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.jobs.Evidence;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Ruling;
import io.github.vanillanet.train.loop.Recipe;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Decides whether a candidate is published and whether it replaces the live version. The validation
 * images decide; the test images are only reported. {@link Rules} has the decision table.
 *
 * @param repository contains the live version
 */
public record Gate(ModelRepository repository, Recipe recipe) {

  /**
   * @return why a candidate with these labels would be rejected, see {@link Ruling#LABELS_CHANGED}
   */
  private Optional<String> labelObjection(List<String> labels) {
    return recipe.acceptLabelChange()
        ? Optional.empty()
        : live().flatMap(version -> LabelChange.objection(version, labels));
  }

  /** Why a candidate would be rejected before its training; at most one for each ruling. */
  public List<String> objections(ImageFolder data) {
    return Stream.concat(
            labelObjection(data.classNames()).stream(),
            FewImages.objection(data.validation(), data.classNames()).stream())
        .toList();
  }

  /** The outcome of a training that is rejected before it begins. */
  public Optional<Outcome> rejection(ImageFolder data) {
    return labelObjection(data.classNames())
        .map(reason -> Outcome.rejected(Ruling.LABELS_CHANGED, reason, Optional.empty()))
        .or(
            () ->
                FewImages.objection(data.validation(), data.classNames())
                    .map(
                        reason ->
                            Outcome.rejected(
                                Ruling.NOT_BETTER_THAN_MAJORITY, reason, Optional.empty())));
  }

  /**
   * @param trained images that the candidate was trained on
   */
  public Verdict decide(
      StoredVersion candidate,
      ImageFolder data,
      TrainingImages trained,
      ArtifactEvaluation evaluation) {
    Optional<StoredVersion> live = live();
    int classes = candidate.labels().size();
    Scores logits = evaluation.run(candidate, data.validation());
    Optional<CalibrationFit> calibration =
        CalibrationFit.of(logits, recipe.balance() == Balance.NONE, recipe.seed());
    Scores scores = calibration.map(CalibrationFit::heldOut).orElse(logits);
    Answers answers = scores.answers();
    ConfusionMatrix validation = answers.confusion(classes);
    Scaling scaling = calibration.map(it -> Scaling.of(it.calibration())).orElse(Scaling.NONE);
    Optional<ConfusionMatrix> test =
        data.test().isEmpty()
            ? Optional.empty()
            : Optional.of(
                evaluation.run(candidate, data.test()).with(scaling).answers().confusion(classes));
    Optional<Evidence.Comparison> comparison =
        live.filter(version -> version.labels().equals(candidate.labels()))
            .map(version -> LiveComparison.of(answers, trained, version, evaluation));
    Evidence evidence =
        validation.evidence(
            candidate.labels(),
            recipe.seed(),
            test.stream().mapToDouble(ConfusionMatrix::accuracy).findFirst(),
            comparison);
    OptionalInt version = live.stream().mapToInt(it -> it.id().version()).findFirst();
    Optional<String> objection = labelObjection(candidate.labels());
    Ruling ruling =
        objection.isPresent()
            ? Ruling.LABELS_CHANGED
            : new Rules(recipe.tolerance(), recipe.activate()).of(evidence);
    return new Verdict(
        candidate,
        validation,
        test,
        calibration,
        Mistakes.of(scores, classes),
        version,
        evidence,
        ruling,
        objection.or(() -> Reasons.of(ruling, evidence, recipe.tolerance())));
  }

  /** Whether the live version is still the one that the verdict is about. */
  public boolean isCurrent(Verdict verdict) {
    return verdict.live().equals(live().stream().mapToInt(it -> it.id().version()).findFirst());
  }

  /** The version that a service serves: the first one that can be read. */
  private Optional<StoredVersion> live() {
    for (ModelId id : repository.choices(recipe.name(), fault -> {})) {
      try {
        return Optional.of(repository.open(id));
      } catch (ServiceException damaged) {
        // the service logs it and serves the next one
      }
    }
    return Optional.empty();
  }
}
