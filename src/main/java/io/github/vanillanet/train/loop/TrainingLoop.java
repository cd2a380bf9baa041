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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs the stages of a training on the calling thread. All random draws are functions of the seed
 * and the step. A run that resumes from any checkpoint therefore ends with the same weights as an
 * uninterrupted run: bit for bit on one CPU thread.
 *
 * @param threads of the engine on a CPU
 * @param clock for the checkpoint interval and for images per second
 * @param data of each stage of the recipe
 * @param checkpoint file that is replaced at the end of every epoch
 * @param candidateFile file that is replaced by each better candidate, before the checkpoint
 * @param checkpointInterval between two checkpoints within an epoch; zero for none
 */
public record TrainingLoop(
    TorchRuntime runtime,
    Device device,
    int threads,
    InstantSource clock,
    List<StageData> data,
    Path checkpoint,
    CandidateFile candidateFile,
    Duration checkpointInterval,
    TrainingListener listener) {

  /**
   * Trains to the end, or until the listener requests a stop.
   *
   * @throws ServiceException {@code ENGINE_FAILURE} if the loss, a weight or all logits of the
   *     validation are not finite, or the engine fails
   * @throws ServiceException {@code BAD_CONFIGURATION} if the data does not fit the network, or a
   *     checkpoint cannot be written
   */
  public TrainingOutcome run(TrainingState start) {
    TrainingSpec spec = start.spec();
    for (StageData stage : data) {
      if (stage.training().classes() != spec.classes()) {
        throw BAD_CONFIGURATION.error(
            "the network has %d classes, but the data has %d",
            spec.classes(), stage.training().classes());
      }
    }
    runtime.setThreads(threads);
    TrainingModule module = TrainingModule.of(spec, spec.recipe().optimizerSpec(), start.tensors());
    try (TrainingEngine engine = TrainingEngine.load(runtime, device, module)) {
      return new Run(engine, start).run();
    }
  }

  private final class Run {

    private final TrainingEngine engine;
    private final TrainingSpec spec;
    private final Recipe recipe;
    private final SlopeSchedule slopes;
    private final Timeline timeline;
    private long savedAt = clock.millis();
    private int step;
    private double[] classWeights = new double[0];
    private Optional<Candidate> best;

    Run(TrainingEngine engine, TrainingState start) {
      this.engine = engine;
      this.spec = start.spec();
      this.recipe = spec.recipe();
      this.slopes = recipe.slope();
      this.timeline =
          Timeline.of(
              recipe.plan(), data.stream().map(stage -> stage.training().batches()).toList());
      this.step = start.step();
      this.best = step == 0 ? Optional.empty() : candidateFile.read();
    }

    TrainingOutcome run() {
      boolean stopped = false;
      while (!isDone() && !stopped) {
        stopped = !stage(timeline.at(step));
      }
      if (!stopped && best.isEmpty()) {
        throw ENGINE_FAILURE.error(
            "the network gives logits that are not finite for the validation images after every"
                + " epoch: lower the learning rate or clip the gradients");
      }
      TrainingState state = new TrainingState(spec, engine.state(), step);
      int lastStep = Math.max(0, step - 1);
      return new TrainingOutcome(
          !stopped,
          step,
          slopes.at(timeline.at(lastStep).epoch(lastStep)),
          state.weights(false),
          recipe.emaDecay() > 0 ? Optional.of(state.weights(true)) : Optional.empty(),
          best);
    }

    private boolean isDone() {
      return step >= timeline.totalSteps()
          || isOutOfPatience()
          || best.isPresent() && listener.timeIsUp();
    }

    private boolean isOutOfPatience() {
      int finishedEpochs = timeline.at(step).epoch(step);
      return recipe.patience() > 0
          && best.isPresent()
          && finishedEpochs - 1 - best.get().epoch() >= recipe.patience();
    }

    /** Runs the rest of a stage; returns false if it was stopped. */
    private boolean stage(Timeline.Span span) {
      boolean stopped = false;
      BatchSource training = data.get(span.index()).training();
      classWeights = training.classWeights();
      try (BatchSource.Pass pass = training.open(span.epoch(step), span.stepInEpoch(step))) {
        while (step < span.endStep() && !isDone() && !stopped) {
          stopped = !epoch(span, pass);
        }
      }
      return !stopped;
    }

    /** Runs the rest of the current epoch; returns false if it was stopped. */
    private boolean epoch(Timeline.Span span, BatchSource.Pass pass) {
      int epoch = span.epoch(step);
      long startedAt = clock.millis();
      DoubleSummaryStatistics losses = new DoubleSummaryStatistics();
      DoubleSummaryStatistics accuracies = new DoubleSummaryStatistics();
      boolean epochDone = false;
      while (!epochDone) {
        if (listener.stopRequested()) {
          save(epoch, state());
          return false;
        }
        StepReport report = step(span, pass, epoch);
        losses.accept(report.loss());
        accuracies.accept(report.accuracy());
        listener.stepped(report);
        epochDone = span.stepInEpoch(step) == 0;
        if (!epochDone && isCheckpointDue()) {
          save(epoch, state());
        }
      }
      long trainedAt = clock.millis();
      double slope = slopes.at(epoch);
      Validation validation = Validation.of(engine, recipe, data.get(span.index()), epoch, slope);
      TrainingState state = state();
      choose(span, epoch, validation, state);
      listener.epochFinished(
          new EpochReport(
              epoch,
              span.index(),
              span.stage().inputSize(),
              step,
              losses.getAverage(),
              accuracies.getAverage(),
              span.rate(step - 1),
              slope,
              losses.getCount()
                  * recipe.imagesPerStep(span.stage())
                  * 1e3
                  / Math.max(1, trainedAt - startedAt),
              (clock.millis() - startedAt) / 1e3,
              Optional.of(validation.model()),
              validation.average(),
              best));
      save(epoch, state);
      return true;
    }

    private StepReport step(Timeline.Span span, BatchSource.Pass pass, int epoch) {
      long began = System.nanoTime();
      Batch batch = pass.next().orElseThrow(() -> new IllegalStateException("no more batches"));
      double rate = span.rate(step);
      double slope = slopes.at(epoch);
      TrainingEngine.Step result =
          engine.step(StepInput.of(spec, batch, classWeights, step, rate, slope));
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
          span.index(),
          span.stage().inputSize(),
          step,
          timeline.totalSteps(),
          result.loss(),
          new Evaluation.Sum().add(result.logits(), batch.labels()).mean().accuracy(),
          rate,
          slope,
          batch.size() / seconds);
    }

    /** Keeps the network or its average if one of them is the best candidate so far. */
    private void choose(Timeline.Span span, int epoch, Validation validation, TrainingState state) {
      if (span != timeline.last() || slopes.at(epoch) < 1) {
        return;
      }
      Stream.concat(
              validation.average().map(result -> Candidate.of(epoch, true, result)).stream(),
              Stream.of(Candidate.of(epoch, false, validation.model())))
          .filter(Candidate::isUsable)
          .reduce((first, second) -> second.isBetterThan(first) ? second : first)
          .filter(candidate -> best.isEmpty() || candidate.isBetterThan(best.get()))
          .ifPresent(
              candidate -> {
                candidateFile.write(candidate, state);
                best = Optional.of(candidate);
              });
    }

    private boolean isCheckpointDue() {
      return !checkpointInterval.isZero()
          && clock.millis() - savedAt >= checkpointInterval.toMillis();
    }

    private TrainingState state() {
      TrainingState state = new TrainingState(spec, engine.state(), step);
      state.requireFinite();
      return state;
    }

    private void save(int epoch, TrainingState state) {
      CheckpointFile.write(checkpoint, state, epoch);
      savedAt = clock.millis();
      listener.checkpointed(checkpoint, step);
    }
  }
}
