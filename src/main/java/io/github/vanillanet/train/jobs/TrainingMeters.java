package io.github.vanillanet.train.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The meters of trainings. Thread-safe. */
public final class TrainingMeters {

  /** One scrape reads a dozen gauges; they are to be of one moment, and read once. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  private final MeterRegistry registry;
  private final Map<String, Timer> ends = new TreeMap<>();
  private final Counter uploaded;

  private Supplier<TrainingSnapshot> source = () -> TrainingSnapshot.idle(Map.of());
  private TrainingSnapshot last = source.get(); // guarded by this
  private long taken; // guarded by this

  public TrainingMeters(MeterRegistry registry) {
    this.registry = registry;
    this.uploaded =
        Counter.builder("vanillanet.training.upload.bytes")
            .description("Bytes of data that came with trainings")
            .register(registry);
  }

  /**
   * Registers the meters, before the first training.
   *
   * @param states of jobs
   * @param results those of them that are ends
   * @param now read at a scrape
   */
  public void open(List<String> states, List<String> results, Supplier<TrainingSnapshot> now) {
    synchronized (this) {
      source = now;
      taken = System.nanoTime() - FRESH.toNanos();
    }
    for (String state : states) {
      Gauge.builder("vanillanet.training.jobs", () -> snapshot().jobs().getOrDefault(state, 0L))
          .description("Trainings by where they stand")
          .tag("state", state)
          .register(registry);
    }
    for (String result : results) {
      ends.put(
          result,
          Timer.builder("vanillanet.training.duration")
              .description("Trainings that ended, and the time of their last process")
              .tag("result", result)
              .register(registry));
    }
    gauge("epoch", "Epoch of the training that runs, from 1", TrainingSnapshot::epoch);
    gauge("epochs", "Epochs that it has", TrainingSnapshot::epochs);
    gauge("step", "Step of the training that runs, from 1", TrainingSnapshot::step);
    gauge("steps", "Steps that it has", TrainingSnapshot::steps);
    gauge("loss", "As trained: smoothed and mixed", TrainingSnapshot::loss);
    gauge("accuracy", "On the images trained on, 0..1", TrainingSnapshot::accuracy);
    gauge("validation.accuracy", "0..1", TrainingSnapshot::validationAccuracy);
    gauge("learning.rate", "Of the optimizer", TrainingSnapshot::learningRate);
    gauge("slope", "Of the deep training's activation; 1 can be fused", TrainingSnapshot::slope);
    gauge("images.per.second", "That it trains on", TrainingSnapshot::imagesPerSecond);
    gauge("remaining.seconds", "Until its end, as it expects", TrainingSnapshot::secondsLeft);
  }

  private void gauge(String name, String about, ToDoubleFunction<TrainingSnapshot> value) {
    Gauge.builder("vanillanet.training." + name, () -> value.applyAsDouble(snapshot()))
        .description(about)
        .register(registry);
  }

  private synchronized TrainingSnapshot snapshot() {
    if (System.nanoTime() - taken >= FRESH.toNanos()) {
      last = source.get();
      taken = System.nanoTime();
    }
    return last;
  }

  /** A training ended, {@code time} after its last process began. */
  public void ended(String result, Duration time) {
    ends.get(result).record(time);
  }

  /** Data came with a training. */
  public void uploaded(long bytes) {
    uploaded.increment(bytes);
  }
}
