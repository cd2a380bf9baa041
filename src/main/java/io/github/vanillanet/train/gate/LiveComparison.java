package io.github.vanillanet.train.gate;

import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.TrainingImages;
import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.jobs.Evidence;
import java.util.Optional;
import java.util.OptionalInt;

/** Compares a candidate and the live version on images that neither was trained on. */
final class LiveComparison {

  private LiveComparison() {}

  /**
   * @param candidate its answers
   * @param trained images that the candidate was trained on
   * @param live has the labels of the candidate
   */
  static Evidence.Comparison of(
      Answers candidate,
      TrainingImages trained,
      StoredVersion live,
      ArtifactEvaluation evaluation) {
    Optional<TrainingImages> liveTrained = live.trainingImages();
    TrainingImages seen = trained.plus(liveTrained.orElse(TrainingImages.NONE));
    boolean[] leftOut = new boolean[candidate.samples().size()];
    int left = 0;
    for (int i = 0; i < leftOut.length; i++) {
      Sample sample = candidate.samples().get(i);
      leftOut[i] = !candidate.isDamaged(i) && seen.contains(sample.file());
      left += leftOut[i] ? 1 : 0;
    }
    return of(
        candidate,
        evaluation.run(live, candidate.samples()).with(Scaling.of(live)).answers(),
        leftOut,
        live.id().version(),
        liveTrained.isPresent() || left > 0 ? OptionalInt.of(left) : OptionalInt.empty());
  }

  /**
   * @param live answers to the same samples
   */
  static Evidence.Comparison of(
      Answers candidate, Answers live, boolean[] leftOut, int liveVersion, OptionalInt left) {
    int images = 0;
    int right = 0;
    int liveRight = 0;
    int onlyLive = 0;
    int onlyCandidate = 0;
    for (int i = 0; i < leftOut.length; i++) {
      if (leftOut[i] || candidate.isDamaged(i) || live.isDamaged(i)) {
        continue;
      }
      images++;
      right += candidate.isRight(i) ? 1 : 0;
      liveRight += live.isRight(i) ? 1 : 0;
      onlyLive += live.isRight(i) && !candidate.isRight(i) ? 1 : 0;
      onlyCandidate += candidate.isRight(i) && !live.isRight(i) ? 1 : 0;
    }
    return new Evidence.Comparison(
        liveVersion,
        images,
        left,
        right,
        liveRight,
        onlyLive,
        onlyCandidate,
        Binomial.atLeast(onlyLive, onlyLive + onlyCandidate, 0.5));
  }
}
