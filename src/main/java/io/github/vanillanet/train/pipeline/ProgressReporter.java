package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.loop.EpochReport;
import io.github.vanillanet.train.loop.StepReport;
import io.github.vanillanet.train.loop.TrainingListener;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Tells the job's folder how a training gets on: a line a second at most, and one for each epoch.
 * Of the training's thread alone.
 */
final class ProgressReporter implements TrainingListener {

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(1);

  private final JobSession session;
  private final int epochs;
  private final Clock clock;
  private final Consumer<Progress> audience;
  private final Consumer<List<EpochReport>> curvesAudience;
  private final List<EpochReport> curves = new ArrayList<>();
  private Instant lastLine = Instant.MIN;
  private Instant began = Instant.MIN;
  private int firstStep;
  private double lossSum;
  private int lossCount;
  private StepReport lastStep = new StepReport(0, 0, 1, 0, 0, 0, 0, 0);

  /**
   * @param audience is told every line too
   * @param curvesAudience is told all epochs after each
   */
  ProgressReporter(
      JobSession session,
      int epochs,
      Clock clock,
      Consumer<Progress> audience,
      Consumer<List<EpochReport>> curvesAudience) {
    this.session = session;
    this.epochs = epochs;
    this.clock = clock;
    this.audience = audience;
    this.curvesAudience = curvesAudience;
  }

  /** Epochs that an attempt before this one has reported. */
  void resume(List<EpochReport> before) {
    curves.addAll(before);
  }

  /** One entry for each epoch of the whole training. */
  List<EpochReport> curves() {
    return List.copyOf(curves);
  }

  /** A step of the pipeline other than training. */
  void phase(String phase) {
    tell(
        new Progress(
            clock.instant(),
            phase,
            lastStep.epoch(),
            epochs,
            lastStep.step(),
            lastStep.totalSteps(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            Optional.empty()));
  }

  @Override
  public void stepped(StepReport report) {
    Instant now = clock.instant();
    if (began.equals(Instant.MIN)) {
      began = now;
      firstStep = report.step();
    }
    lastStep = report;
    lossSum += report.loss();
    lossCount++;
    if (lastLine.equals(Instant.MIN)
        || Duration.between(lastLine, now).compareTo(BETWEEN_LINES) >= 0) {
      line(now, OptionalDouble.of(lossSum / lossCount), OptionalDouble.empty());
      lossSum = 0;
      lossCount = 0;
    }
  }

  @Override
  public void epochFinished(EpochReport report) {
    curves.add(report);
    OptionalDouble accuracy =
        report
            .average()
            .or(report::model)
            .map(evaluation -> OptionalDouble.of(evaluation.accuracy()))
            .orElse(OptionalDouble.empty());
    line(clock.instant(), OptionalDouble.of(report.loss()), accuracy);
    curvesAudience.accept(curves());
  }

  @Override
  public boolean stopRequested() {
    return session.mustStop();
  }

  private void line(Instant now, OptionalDouble loss, OptionalDouble validationAccuracy) {
    lastLine = now;
    tell(
        new Progress(
            now,
            "train",
            lastStep.epoch(),
            epochs,
            lastStep.step(),
            lastStep.totalSteps(),
            loss,
            OptionalDouble.of(lastStep.accuracy()),
            validationAccuracy,
            OptionalDouble.of(lastStep.rate()),
            OptionalDouble.of(lastStep.slope()),
            OptionalDouble.of(lastStep.imagesPerSecond()),
            secondsLeft(now),
            Optional.empty()));
  }

  private OptionalDouble secondsLeft(Instant now) {
    int done = lastStep.step() - firstStep;
    if (done < 1) {
      return OptionalDouble.empty();
    }
    double each = Duration.between(began, now).toMillis() / 1e3 / done;
    return OptionalDouble.of(each * (lastStep.totalSteps() - lastStep.step()));
  }

  private void tell(Progress progress) {
    audience.accept(progress);
    try {
      session.report(progress);
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION, "the job's progress cannot be written: " + e, e);
    }
  }
}
