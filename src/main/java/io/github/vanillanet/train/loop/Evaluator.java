package io.github.vanillanet.train.loop;

import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.BatchSource;
import java.util.Optional;

/** Runs a net in evaluation mode over every batch of a source. */
final class Evaluator {

  private Evaluator() {}

  static Evaluation evaluate(
      TrainingEngine engine, BatchSource source, double slope, boolean average) {
    ClassScores scores = new ClassScores();
    try (BatchSource.Pass pass = source.open(0, 0)) {
      for (Optional<Batch> next = pass.next(); next.isPresent(); next = pass.next()) {
        Batch batch = next.get();
        scores.add(engine.evaluate(batch.input(), batch.size(), slope, average), batch.labels());
      }
    }
    return scores.result();
  }
}
