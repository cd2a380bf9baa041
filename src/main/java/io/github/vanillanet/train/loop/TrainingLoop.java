package io.github.vanillanet.train.loop;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.BatchSource;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Runs the epochs of a training on the calling thread. Every random draw is a function of the seed
 * and the step, so that a run that was stopped after any checkpoint and goes on from it ends with
 * the weights of one never stopped, to the bit on one CPU thread.
 */
public final class TrainingLoop {

  private final TorchRuntime runtime;
  private final Device device;
  private final int threads;
  private final InstantSource clock;

  /**
   * @param threads that the engine may use on a CPU
   * @param clock for checkpoints by time and for rates
   */
  public TrainingLoop(TorchRuntime runtime, Device device, int threads, InstantSource clock) {
    this.runtime = runtime;
    this.device = device;
    this.threads = threads;
    this.clock = clock;
  }

  /**
   * Trains to the end, or until the listener asks to stop.
   *
   * @param data training batches of the recipe's size
   * @param validation if present, evaluated every {@code evaluateEvery} epochs and after the last
   * @throws ServiceException {@code ENGINE_FAILURE} if the loss is no finite number, or the engine
   *     fails
   * @throws ServiceException {@code BAD_CONFIGURATION} if the data does not fit or the disk is full
   */
  public TrainingOutcome run(
      TrainingStart start,
      BatchSource data,
      Optional<BatchSource> validation,
      int evaluateEvery,
      CheckpointPolicy checkpoints,
      TrainingListener listener) {
    TrainingSpec spec = start.spec();
    requireFitting(spec, data);
    runtime.setThreads(threads);
    Recipe recipe = spec.recipe();
    TrainingModule module =
        TrainingModule.of(
            spec.network(),
            recipe.optimizerSpec(),
            recipe.loss(),
            recipe.emaDecay(),
            spec.kernels(),
            recipe.compute(),
            start.state().tensors());
    try (TrainingEngine engine =
        TrainingEngine.load(runtime, device, module, recipe.inputSize(), recipe.inputSize())) {
      Run run = new Run(engine, spec, data, validation, evaluateEvery, checkpoints, listener);
      return run.from(start.state().step());
    }
  }

  private static void requireFitting(TrainingSpec spec, BatchSource data) {
    if (data.classes() != spec.classes()) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "the net tells %d classes apart, the data has %d"
              .formatted(spec.classes(), data.classes()));
    }
  }

  private final class Run {

    private final TrainingEngine engine;
    private final TrainingSpec spec;
    private final Recipe recipe;
    private final BatchSource data;
    private final Optional<BatchSource> validation;
    private final int evaluateEvery;
    private final CheckpointPolicy checkpoints;
    private final TrainingListener listener;
    private final LearningRateSchedule rates;
    private long savedAt = clock.millis();
    private int step;

    Run(
        TrainingEngine engine,
        TrainingSpec spec,
        BatchSource data,
        Optional<BatchSource> validation,
        int evaluateEvery,
        CheckpointPolicy checkpoints,
        TrainingListener listener) {
      this.engine = engine;
      this.spec = spec;
      this.recipe = spec.recipe();
      this.data = data;
      this.validation = validation;
      this.evaluateEvery = evaluateEvery;
      this.checkpoints = checkpoints;
      this.listener = listener;
      this.rates = recipe.rates(data.batches());
    }

    TrainingOutcome from(int done) {
      step = done;
      boolean stopped = false;
      if (step < rates.totalSteps()) {
        try (BatchSource.Pass pass = data.open(step / data.batches(), step % data.batches())) {
          while (step < rates.totalSteps() && !stopped) {
            stopped = !epoch(pass);
          }
        }
      }
      TrainingState state = new TrainingState(engine.state(), step);
      return new TrainingOutcome(
          !stopped,
          step,
          recipe.slope().at(Math.max(0, step - 1) / data.batches()),
          state.weights(false),
          recipe.emaDecay() > 0 ? Optional.of(state.weights(true)) : Optional.empty());
    }

    /** The rest of the current epoch; false if it was stopped. */
    private boolean epoch(BatchSource.Pass pass) {
      int epoch = step / data.batches();
      EpochSums sums = new EpochSums(epoch, clock.millis());
      do {
        if (listener.stopRequested()) {
          save(epoch);
          return false;
        }
        StepReport report = step(pass, epoch);
        sums.add(report);
        listener.stepped(report);
        boolean last = step % data.batches() == 0;
        if (!last && checkpoints.isDue(clock.millis() - savedAt)) {
          save(epoch);
        }
      } while (step % data.batches() != 0);
      save(epoch);
      boolean last = step == rates.totalSteps();
      boolean evaluated = last || (evaluateEvery > 0 && (epoch + 1) % evaluateEvery == 0);
      double seconds = Math.max(1, clock.millis() - sums.startedAt()) / 1e3;
      listener.epochFinished(
          sums.report(
              step,
              recipe.imagesPerStep() / seconds,
              evaluated ? evaluation(epoch, false) : Optional.empty(),
              evaluated && recipe.emaDecay() > 0 ? evaluation(epoch, true) : Optional.empty()));
      return true;
    }

    private Optional<Evaluation> evaluation(int epoch, boolean average) {
      return validation.map(
          source -> Evaluator.evaluate(engine, source, recipe.slope().at(epoch), average));
    }

    private StepReport step(BatchSource.Pass pass, int epoch) {
      long began = System.nanoTime();
      Batch batch = pass.next().orElseThrow(() -> new IllegalStateException("no more batches"));
      if (batch.size() % recipe.accumulationSteps() != 0) {
        throw new ServiceException(
            ErrorCode.BAD_CONFIGURATION,
            "a batch of %d cannot be cut into %d parts"
                .formatted(batch.size(), recipe.accumulationSteps()));
      }
      Mixing mixing =
          recipe.mixing().at(recipe.seed(), step, recipe.inputSize(), recipe.inputSize());
      double rate = rates.at(step);
      double slope = recipe.slope().at(epoch);
      int classes = spec.classes();
      TrainingEngine.Step result =
          engine.step(
              batch.input(),
              batch.size(),
              Targets.of(batch.labels(), classes, recipe.labelSmoothing(), mixing.lambda()),
              DropoutMask.of(recipe.dropout(), recipe.seed(), step, batch.size(), spec.lastWidth()),
              new Controls(slope, rate, step + 1L, recipe.accumulationSteps(), mixing));
      if (!Double.isFinite(result.loss())) {
        throw new ServiceException(
            ErrorCode.ENGINE_FAILURE,
            ("the loss is %s at step %d (epoch %d, learning rate %s): lower the learning rate or"
                    + " clip the gradients; the last checkpoint is from before")
                .formatted(result.loss(), step, epoch, rate));
      }
      step++;
      ClassScores scores = new ClassScores();
      scores.add(result.logits(), batch.labels());
      double seconds = (System.nanoTime() - began) / 1e9;
      return new StepReport(
          epoch,
          step,
          rates.totalSteps(),
          result.loss(),
          scores.result().accuracy(),
          rate,
          slope,
          batch.size() / seconds);
    }

    private void save(int epoch) {
      TrainingState state = new TrainingState(engine.state(), step);
      if (!state.finite()) {
        throw new ServiceException(
            ErrorCode.ENGINE_FAILURE,
            ("the weights are no finite numbers after step %d: lower the learning rate or clip the"
                    + " gradients; the last checkpoint is from before")
                .formatted(step));
      }
      CheckpointFile.write(checkpoints.file(), spec, state, epoch);
      savedAt = clock.millis();
      listener.checkpointed(checkpoints.file(), step);
    }
  }
}
