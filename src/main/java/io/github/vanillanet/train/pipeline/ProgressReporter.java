package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.loop.Budget;
import io.github.vanillanet.train.loop.EpochReport;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.StepReport;
import io.github.vanillanet.train.loop.TrainingListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Writes the progress of a training to its job: at most one line per second, and one per epoch.
 * Used by the training's thread only.
 */
final class ProgressReporter implements TrainingListener {

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(1);

  /** The rest of the budget is for fusing and evaluating. */
  private static final double TRAINING_SHARE = 0.9;

  private final JobSession session;
  private final Clock clock;
  private final Consumer<Progress> lines;
  private Consumer<List<EpochReport>> onEpoch = reports -> {};
  private final List<EpochReport> curves = new ArrayList<>();
  private Optional<Instant> lastLine = Optional.empty();
  private Optional<Instant> began = Optional.empty();
  private int epochs;
  private Optional<Duration> budget = Optional.empty();
  private final Instant created;
  private Duration preparation = Duration.ZERO;
  private int firstStep;
  private double lossSum;
  private int lossCount;
  private OptionalDouble validationAccuracy = OptionalDouble.empty();
  private StepReport lastStep = new StepReport(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * @param lines also receives each line
   */
  ProgressReporter(JobSession session, Clock clock, Consumer<Progress> lines) {
    this.session = session;
    this.clock = clock;
    this.lines = lines;
    this.created = clock.instant();
  }

  /** Sets the epochs and the budget, once they are decided and the training begins. */
  void follow(Recipe recipe) {
    epochs = recipe.epochs();
    budget = recipe.budget().map(Budget::parse);
    preparation = Duration.between(created, clock.instant());
  }

  /**
   * @param receiver of all epochs after each epoch
   */
  void onEpoch(Consumer<List<EpochReport>> receiver) {
    onEpoch = receiver;
  }

  void resume(List<EpochReport> before) {
    curves.addAll(before);
    before.stream()
        .mapToDouble(EpochReport::validationAccuracy)
        .reduce((first, last) -> last)
        .ifPresent(last -> validationAccuracy = OptionalDouble.of(last));
  }

  List<EpochReport> curves() {
    return List.copyOf(curves);
  }

  /** Reports a step of the pipeline other than the training. */
  void phase(String phase) {
    write(
        Progress.of(
            clock.instant(),
            phase,
            lastStep.epoch(),
            epochs,
            lastStep.step(),
            lastStep.totalSteps()));
  }

  @Override
  public void stepped(StepReport report) {
    Instant now = clock.instant();
    if (began.isEmpty()) {
      began = Optional.of(now);
      firstStep = report.step();
    }
    lastStep = report;
    lossSum += report.loss();
    lossCount++;
    if (lastLine.isEmpty() || Duration.between(lastLine.get(), now).compareTo(BETWEEN_LINES) >= 0) {
      line(now, lossSum / lossCount);
      lossSum = 0;
      lossCount = 0;
    }
  }

  @Override
  public void epochFinished(EpochReport report) {
    // an epoch runs again if its process ended before its checkpoint
    curves.removeIf(before -> before.epoch() >= report.epoch());
    curves.add(report);
    validationAccuracy = OptionalDouble.of(report.validationAccuracy());
    line(clock.instant(), report.loss());
    onEpoch.accept(curves());
  }

  @Override
  public boolean stopRequested() {
    return session.mustStop();
  }

  @Override
  public boolean timeIsUp() {
    double spent =
        preparation.toMillis() / 1e3 + curves.stream().mapToDouble(EpochReport::seconds).sum();
    return budget.isPresent() && spent > TRAINING_SHARE * budget.get().toMillis() / 1e3;
  }

  private void line(Instant now, double loss) {
    lastLine = Optional.of(now);
    write(
        new Progress(
            now,
            "train",
            lastStep.epoch(),
            epochs,
            lastStep.step(),
            lastStep.totalSteps(),
            OptionalInt.of(lastStep.stage()),
            OptionalInt.of(lastStep.inputSize()),
            OptionalDouble.of(loss),
            OptionalDouble.of(lastStep.accuracy()),
            validationAccuracy,
            OptionalDouble.of(lastStep.rate()),
            OptionalDouble.of(lastStep.slope()),
            OptionalDouble.of(lastStep.imagesPerSecond()),
            secondsLeft(now)));
  }

  private OptionalDouble secondsLeft(Instant now) {
    int done = lastStep.step() - firstStep;
    if (done < 1) {
      return OptionalDouble.empty();
    }
    double each = Duration.between(began.orElse(now), now).toMillis() / 1e3 / done;
    return OptionalDouble.of(each * (lastStep.totalSteps() - lastStep.step()));
  }

  private void write(Progress progress) {
    lines.accept(progress);
    session.folder().progress().append(progress);
  }
}
