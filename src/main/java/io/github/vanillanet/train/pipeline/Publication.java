package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.TrainingImages;
import io.github.vanillanet.model.repository.VersionPublisher;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.gate.ArtifactEvaluation;
import io.github.vanillanet.train.gate.CalibrationFit;
import io.github.vanillanet.train.gate.Gate;
import io.github.vanillanet.train.gate.Verdict;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.loop.Recipe;
import java.util.Optional;

/**
 * The gate and the publication of a candidate: the only steps that change the repository. A request
 * to stop wins until the new version is active.
 */
record Publication(JobSession session, ModelRepository repository, Recipe recipe) {

  Gate gate() {
    return new Gate(repository, recipe);
  }

  /**
   * The images of the version that the training starts from. Empty if they are not known: a resumed
   * training does not need that version any more, so it may be gone.
   */
  TrainingImages inherited() {
    try {
      return recipe
          .fineTuneFrom()
          .flatMap(repository::find)
          .flatMap(id -> repository.open(id).trainingImages())
          .orElse(TrainingImages.NONE);
    } catch (ServiceException e) {
      return TrainingImages.NONE;
    }
  }

  /** Decides again if the live version changes meanwhile. */
  Verdict decide(
      StoredVersion candidate,
      ImageFolder data,
      TrainingImages trained,
      ArtifactEvaluation evaluation) {
    Verdict verdict = gate().decide(candidate, data, trained, evaluation);
    while (!gate().isCurrent(verdict)) {
      verdict = gate().decide(candidate, data, trained, evaluation);
    }
    return verdict;
  }

  /**
   * Publishes the candidate, and activates it if no service does that after the job.
   *
   * @param domain marks images of none of the classes
   * @return empty if the job is to stop; the repository is then as before
   */
  Optional<Outcome> publish(
      Verdict verdict, TrainingImages trained, Optional<DomainHint.Fitted> domain) {
    if (!verdict.ruling().publishes()) {
      return Optional.of(
          Outcome.rejected(
              verdict.ruling(), verdict.reason().orElseThrow(), Optional.of(verdict.evidence())));
    }
    if (session.mustStop()) {
      return Optional.empty();
    }
    repository.pinActive(recipe.name());
    VersionPublisher.Published published =
        new VersionPublisher(repository)
            .publishTrained(
                verdict.candidate(),
                verdict.accuracy(),
                trained,
                verdict.calibration().map(CalibrationFit::calibration),
                domain);
    ModelId id = published.version().id();
    if (session.mustStop()) {
      if (published.created()) {
        repository.delete(id);
      }
      return Optional.empty();
    }
    if (verdict.ruling().activates() && !session.folder().isManaged()) {
      repository.activate(id);
    }
    return Optional.of(
        Outcome.published(
            id.name(), id.version(), verdict.ruling(), verdict.evidence(), verdict.reason()));
  }
}
