package io.github.vanillanet.train.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The meters of trainings. Gauges of progress show the oldest running training; they are NaN if
 * none runs or if it has not started to train. Thread-safe.
 */
public final class TrainingMeters {

  /** All gauges of one scrape show the same moment and read the jobs once. */
  private static final Duration MAX_AGE = Duration.ofSeconds(1);

  private final MeterRegistry registry;
  private final Map<JobState, Timer> durations = new EnumMap<>(JobState.class);
  private final Counter uploaded;

  private Supplier<List<Job>> jobs = List::of; // guarded by this
  private List<Job> snapshot = List.of(); // guarded by this
  private long snapshotNanos; // guarded by this

  public TrainingMeters(MeterRegistry registry) {
    this.registry = registry;
    this.uploaded =
        Counter.builder("vanillanet.training.upload.bytes")
            .description("Bytes of uploaded training data")
            .register(registry);
    for (JobState state : JobState.values()) {
      Gauge.builder("vanillanet.training.jobs", () -> count(state))
          .description("Trainings by state")
          .tag("state", label(state))
          .register(registry);
    }
    Arrays.stream(JobState.values()).filter(JobState::ended).forEach(this::registerDuration);
    gauge(
        "epoch",
        "Current epoch, from 1",
        progress -> oneBased(progress.epoch(), progress.epochs()));
    gauge("epochs", "Epochs in total", Progress::epochs);
    gauge("step", "Current step, from 1", progress -> oneBased(progress.step(), progress.steps()));
    gauge("steps", "Steps in total", Progress::steps);
    optionalGauge("loss", "Training loss with label smoothing and mixing", Progress::loss);
    optionalGauge("accuracy", "Accuracy on the training images, 0..1", Progress::accuracy);
    optionalGauge(
        "validation.accuracy",
        "Accuracy on the validation images, 0..1",
        Progress::validationAccuracy);
    optionalGauge("learning.rate", "Learning rate", Progress::learningRate);
    optionalGauge("slope", "Slope of the activations; only slope 1 can be fused", Progress::slope);
    optionalGauge("images.per.second", "Images per second", Progress::imagesPerSecond);
    optionalGauge("remaining.seconds", "Estimated time to the end", Progress::secondsLeft);
  }

  private void registerDuration(JobState result) {
    durations.put(
        result,
        Timer.builder("vanillanet.training.duration")
            .description("Duration of the last process of each training that ended")
            .tag("result", label(result))
            .register(registry));
  }

  private static String label(JobState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private void gauge(String name, String description, ToDoubleFunction<Progress> value) {
    Gauge.builder(
            "vanillanet.training." + name,
            () -> running().map(value::applyAsDouble).orElse(Double.NaN))
        .description(description)
        .register(registry);
  }

  private void optionalGauge(
      String name, String description, Function<Progress, OptionalDouble> value) {
    gauge(name, description, progress -> value.apply(progress).orElse(Double.NaN));
  }

  /** After the last one, the zero-based position equals the total. */
  private static long oneBased(long position, long total) {
    return Math.min(position + 1, total);
  }

  private long count(JobState state) {
    return snapshot().stream().filter(job -> job.state() == state).count();
  }

  private Optional<Progress> running() {
    return snapshot().stream()
        .filter(job -> job.state() == JobState.RUNNING)
        .findFirst()
        .flatMap(Job::progress)
        .filter(progress -> progress.steps() > 0);
  }

  private synchronized List<Job> snapshot() {
    if (System.nanoTime() - snapshotNanos >= MAX_AGE.toNanos()) {
      snapshot = jobs.get();
      snapshotNanos = System.nanoTime();
    }
    return snapshot;
  }

  /**
   * Sets where the gauges read the jobs, oldest first.
   *
   * @param source called at most once per second
   */
  public synchronized void observe(Supplier<List<Job>> source) {
    jobs = source;
    snapshotNanos = System.nanoTime() - MAX_AGE.toNanos();
  }

  /** A training ended, {@code time} after its last process started. */
  public void ended(JobState result, Duration time) {
    durations.get(result).record(time);
  }

  public void uploaded(long bytes) {
    uploaded.increment(bytes);
  }
}
