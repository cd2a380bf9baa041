package io.github.vanillanet.serve.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the events of one loaded version. Prometheus and Triton's statistics extension both read
 * these counters. Events before {@link #open} belong to the warm-up and are not counted. {@link
 * #close} removes the meters that name the version, so that retraining does not accumulate meters.
 * Thread-safe.
 *
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md">the
 *     statistics extension</a>
 */
public final class VersionMeters implements AutoCloseable {

  /** Requests with more images than this have no batch size of their own in the statistics. */
  private static final int LARGEST_BATCH = 1024;

  private final ServingMetrics metrics;
  private final String model;
  private final int version;
  private final List<String> devices;
  private final ConcurrentMap<Forward, Timer> inferences = new ConcurrentHashMap<>();

  private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
  private final LongAdder failedNanos = new LongAdder();
  private final LongAdder images = new LongAdder();
  private final LongAdder forwards = new LongAdder();
  private final LongAdder pending = new LongAdder();
  private final AtomicLong lastMillis = new AtomicLong();
  private final Answered answered = new Answered();
  private final Map<Integer, Answered> answeredByBatch = new ConcurrentSkipListMap<>();

  private volatile ModelMeters shared; // those of the model name, once open
  private volatile boolean open;
  private boolean live; // guarded by this
  private boolean faulty; // guarded by this

  private record Forward(String device, int images) {}

  /** The adders behind {@link Statistics.Answers}. */
  private static final class Answered {
    private final LongAdder requests = new LongAdder();
    private final Map<Stage, LongAdder> nanos = new EnumMap<>(Stage.class);

    private Answered() {
      for (Stage stage : Stage.values()) {
        nanos.put(stage, new LongAdder());
      }
    }

    private void add(Timings timings) {
      requests.increment();
      timings.stages().forEach((stage, duration) -> nanos.get(stage).add(duration.toNanos()));
    }

    private Statistics.Answers snapshot() {
      Map<Stage, Long> sums = new EnumMap<>(Stage.class);
      nanos.forEach((stage, adder) -> sums.put(stage, adder.sum()));
      return new Statistics.Answers(requests.sum(), sums);
    }
  }

  VersionMeters(ServingMetrics metrics, String model, int version, List<String> devices) {
    this.metrics = metrics;
    this.model = model;
    this.version = version;
    this.devices = List.copyOf(devices);
    this.shared = metrics.discarded();
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
  }

  /**
   * Ends the warm-up: registers the version's meters and counts from here on.
   *
   * @param lanes worker threads of the version
   * @param batchSizes images in one forward, as far as they are known beforehand
   */
  public void open(int lanes, Iterable<Integer> batchSizes) {
    shared = metrics.model(model);
    for (String device : devices) {
      batchSizes.forEach(size -> inference(new Forward(device, size)));
    }
    open = true;
    metrics.opened(this, lanes);
  }

  /** Work entered the queue. */
  public void queued(int samples) {
    pending.increment();
    shared.queued.addAndGet(samples);
  }

  /** Work left the queue, to be computed or dropped. */
  public void unqueued(int samples) {
    pending.decrement();
    shared.queued.addAndGet(-samples);
  }

  /** Work was dropped after {@code nanos} in the queue. */
  public void dropped(long nanos) {
    shared.stages.get(Stage.QUEUE).record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Images were accepted; {@link #released} follows. */
  public void accepted(int samples) {
    shared.inFlight.addAndGet(samples);
  }

  /** The request of accepted images ended. */
  public void released(int samples) {
    shared.inFlight.addAndGet(-samples);
  }

  /** A forward ended. */
  public void inferred(String device, int samples, long nanos) {
    if (open) {
      inference(new Forward(device, samples)).record(nanos, TimeUnit.NANOSECONDS);
      shared.batch.record(samples);
      shared.busySeconds.increment(nanos / 1e9);
      images.add(samples);
      forwards.increment();
    }
  }

  /** A request of {@code samples} images was answered. */
  public void answered(int samples, Timings timings) {
    answered.add(timings);
    if (samples <= LARGEST_BATCH) {
      answeredByBatch.computeIfAbsent(samples, size -> new Answered()).add(timings);
    }
    lastMillis.set(System.currentTimeMillis());
    shared.answered(timings);
    count(Outcome.SUCCESS);
  }

  /** A request ended without an answer, {@code nanos} after its arrival. */
  public void failed(Outcome outcome, long nanos) {
    failedNanos.add(nanos);
    count(outcome);
  }

  private void count(Outcome outcome) {
    outcomes.get(outcome).increment();
    shared.requests.get(outcome).increment();
  }

  /** The version goes live: the health gauge of its model now shows its health. */
  public synchronized void live() {
    live = true;
    shared.healthy.set(faulty ? 0 : 1);
  }

  /** The version is no longer live: its faults no longer affect the health gauge. */
  public synchronized void retired() {
    live = false;
    shared.healthy.set(1);
  }

  /** A fault took the version out of service. */
  public synchronized void faulted(FaultReason reason) {
    ModelMeters registered = metrics.model(model); // a fault counts during the warm-up, too
    registered.faults.get(reason).increment();
    faulty = true;
    if (live) {
      registered.healthy.set(0);
    }
  }

  /** The version replaced another one. */
  public void swapped() {
    shared.swaps.increment();
  }

  /** The version replaced a newer one. */
  public void rolledBack() {
    shared.rollbacks.increment();
  }

  public Statistics statistics() {
    Map<Outcome, Long> byOutcome = new EnumMap<>(Outcome.class);
    outcomes.forEach((outcome, requests) -> byOutcome.put(outcome, requests.sum()));
    Map<Integer, Statistics.Answers> byBatch = new TreeMap<>();
    answeredByBatch.forEach((size, answers) -> byBatch.put(size, answers.snapshot()));
    return new Statistics(
        lastMillis.get(),
        images.sum(),
        forwards.sum(),
        pending.sum(),
        byOutcome,
        failedNanos.sum(),
        answered.snapshot(),
        byBatch);
  }

  String model() {
    return model;
  }

  int version() {
    return version;
  }

  private Timer inference(Forward forward) {
    return inferences.computeIfAbsent(
        forward,
        labels ->
            Metric.INFER.timer(
                metrics.registry(),
                Tags.of("model", model, "version", Integer.toString(version))
                    .and("device", labels.device, "batch", Integer.toString(labels.images))));
  }

  /** Ends the counting and removes the version's meters. Idempotent. */
  @Override
  public void close() {
    open = false;
    if (metrics.closed(this)) {
      inferences.values().forEach(metrics.registry()::remove);
    }
  }
}
