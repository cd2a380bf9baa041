package io.github.vanillanet.train.loop;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.ENGINE_FAILURE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.BatchSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.DoubleSummaryStatistics;
import java.util.Optional;

/**
 * Runs the epochs of a training on the calling thread. All random draws are functions of the seed
 * and the step. A run that resumes from any checkpoint therefore ends with the same weights as an
 * uninterrupted run: bit for bit on one CPU thread.
 *
 * @param threads of the engine on a CPU
 * @param clock for the checkpoint interval and for images per second
 * @param data training batches of the recipe's size
 * @param validation evaluated every {@code evaluateEvery} epochs and after the last
 * @param checkpoint file that is replaced at the end of every epoch
 * @param checkpointInterval between two checkpoints within an epoch; zero for none
 */
public record TrainingLoop(
    TorchRuntime runtime,
    Device device,
    int threads,
    InstantSource clock,
    BatchSource data,
    BatchSource validation,
    int evaluateEvery,
    Path checkpoint,
    Duration checkpointInterval,
    TrainingListener listener) {

  /**
   * Trains to the end, or until the listener requests a stop.
   *
   * @throws ServiceException {@code ENGINE_FAILURE} if the loss or a weight is not finite, or the
   *     engine fails
   * @throws ServiceException {@code BAD_CONFIGURATION} if the data does not fit the network, or a
   *     checkpoint cannot be written
   */
  public TrainingOutcome run(TrainingState start) {
    TrainingSpec spec = start.spec();
    if (data.classes() != spec.classes()) {
      throw BAD_CONFIGURATION.error(
          "the network has %d classes, but the data has %d", spec.classes(), data.classes());
    }
    runtime.setThreads(threads);
    TrainingModule module = TrainingModule.of(spec, spec.recipe().optimizerSpec(), start.tensors());
    try (TrainingEngine engine =
        TrainingEngine.load(runtime, device, module, spec.recipe().inputSize())) {
      return new Run(engine, start).run();
    }
  }

  private final class Run {

    private final TrainingEngine engine;
    private final TrainingSpec spec;
    private final Recipe recipe;
    private final LearningRateSchedule rates;
    private long savedAt = clock.millis();
    private int step;

    Run(TrainingEngine engine, TrainingState start) {
      this.engine = engine;
      this.spec = start.spec();
      this.recipe = spec.recipe();
      this.rates = recipe.rates(data.batches());
      this.step = start.step();
    }

    TrainingOutcome run() {
      boolean stopped = false;
      if (!isLastStepDone()) {
        try (BatchSource.Pass pass = data.open(step / data.batches(), step % data.batches())) {
          while (!isLastStepDone() && !stopped) {
            stopped = !epoch(pass);
          }
        }
      }
      TrainingState state = new TrainingState(spec, engine.state(), step);
      return new TrainingOutcome(
          !stopped,
          step,
          recipe.slope().at(Math.max(0, step - 1) / data.batches()),
          state.weights(false),
          recipe.emaDecay() > 0 ? Optional.of(state.weights(true)) : Optional.empty());
    }

    private boolean isLastStepDone() {
      return step >= rates.totalSteps();
    }

    /** Runs the rest of the current epoch; returns false if it was stopped. */
    private boolean epoch(BatchSource.Pass pass) {
      int epoch = step / data.batches();
      long startedAt = clock.millis();
      DoubleSummaryStatistics losses = new DoubleSummaryStatistics();
      DoubleSummaryStatistics accuracies = new DoubleSummaryStatistics();
      boolean epochDone = false;
      while (!epochDone) {
        if (listener.stopRequested()) {
          save(epoch);
          return false;
        }
        StepReport report = step(pass, epoch);
        losses.accept(report.loss());
        accuracies.accept(report.accuracy());
        listener.stepped(report);
        epochDone = step % data.batches() == 0;
        if (epochDone || isCheckpointDue()) {
          save(epoch);
        }
      }
      double seconds = Math.max(1, clock.millis() - startedAt) / 1e3;
      boolean evaluates = isLastStepDone() || (epoch + 1) % evaluateEvery == 0;
      listener.epochFinished(
          new EpochReport(
              epoch,
              step,
              losses.getAverage(),
              accuracies.getAverage(),
              rates.at(step - 1),
              recipe.slope().at(epoch),
              losses.getCount() * recipe.imagesPerStep() / seconds,
              evaluates ? Optional.of(evaluate(epoch, false)) : Optional.empty(),
              evaluates && recipe.emaDecay() > 0
                  ? Optional.of(evaluate(epoch, true))
                  : Optional.empty()));
      return true;
    }

    private StepReport step(BatchSource.Pass pass, int epoch) {
      long began = System.nanoTime();
      Batch batch = pass.next().orElseThrow(() -> new IllegalStateException("no more batches"));
      double rate = rates.at(step);
      double slope = recipe.slope().at(epoch);
      TrainingEngine.Step result = engine.step(StepInput.of(spec, batch, step, rate, slope));
      if (!Double.isFinite(result.loss())) {
        throw ENGINE_FAILURE.error(
            "the loss is %s at step %d (epoch %d, learning rate %s): lower the learning"
                + " rate or clip the gradients; the last checkpoint is still usable",
            result.loss(), step, epoch, rate);
      }
      step++;
      double seconds = (System.nanoTime() - began) / 1e9;
      return new StepReport(
          epoch,
          step,
          rates.totalSteps(),
          result.loss(),
          new Evaluation.Sum().add(result.logits(), batch.labels()).mean().accuracy(),
          rate,
          slope,
          batch.size() / seconds);
    }

    private boolean isCheckpointDue() {
      return !checkpointInterval.isZero()
          && clock.millis() - savedAt >= checkpointInterval.toMillis();
    }

    private void save(int epoch) {
      TrainingState state = new TrainingState(spec, engine.state(), step);
      state.requireFinite();
      CheckpointFile.write(checkpoint, state, epoch);
      savedAt = clock.millis();
      listener.checkpointed(checkpoint, step);
    }

    private Evaluation evaluate(int epoch, boolean average) {
      double slope = recipe.slope().at(epoch);
      Evaluation.Sum sum = new Evaluation.Sum();
      try (BatchSource.Pass pass = validation.open(0, 0)) {
        for (Optional<Batch> next = pass.next(); next.isPresent(); next = pass.next()) {
          sum.add(engine.evaluate(next.get(), slope, average), next.get().labels());
        }
      }
      return sum.mean();
    }
  }
}
