package io.github.vanillanet.train.loop;

import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.BatchSource;
import java.util.Optional;

/**
 * Measures a network and its moving average on the validation images after an epoch.
 *
 * @param average empty if the recipe has none
 */
record Validation(Evaluation model, Optional<Evaluation> average) {

  /**
   * Estimates the batch norms of the average again, if the recipe says so, then evaluates both.
   *
   * @param epoch its first training batches give the statistics of the average
   */
  static Validation of(
      TrainingEngine engine, Recipe recipe, StageData data, int epoch, double slope) {
    boolean averages = recipe.emaDecay() > 0;
    if (averages && recipe.emaBatches() > 0) {
      calibrate(engine, recipe, data.training(), epoch, slope);
    }
    Evaluation.Sum model = new Evaluation.Sum();
    Evaluation.Sum average = new Evaluation.Sum();
    try (BatchSource.Pass pass = data.validation().open(0, 0)) {
      for (Optional<Batch> next = pass.next(); next.isPresent(); next = pass.next()) {
        Batch batch = next.get();
        model.add(engine.evaluate(batch, slope, false), batch.labels());
        if (averages) {
          average.add(engine.evaluate(batch, slope, true), batch.labels());
        }
      }
    }
    return new Validation(model.mean(), averages ? Optional.of(average.mean()) : Optional.empty());
  }

  private static void calibrate(
      TrainingEngine engine, Recipe recipe, BatchSource training, int epoch, double slope) {
    int batches = Math.min(recipe.emaBatches(), training.batches());
    int parts = recipe.accumulationSteps();
    try (BatchSource.Pass pass = training.open(epoch, 0)) {
      for (int i = 0; i < batches; i++) {
        Batch batch = pass.next().orElseThrow(() -> new IllegalStateException("no more batches"));
        engine.calibrate(batch, slope, i * parts, parts);
      }
    }
  }
}
