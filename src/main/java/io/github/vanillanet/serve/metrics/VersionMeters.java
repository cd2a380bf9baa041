package io.github.vanillanet.serve.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
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
import java.util.stream.Stream;

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

  private static final int OTHER_BATCHES = 0;
  private static final int REQUESTS = Stage.values().length;

  private final ServingMetrics metrics;
  private final String model;
  private final int version;
  private final List<String> devices;
  private final ConcurrentMap<Forward, Timer> inferences = new ConcurrentHashMap<>();

  private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
  private final Map<AnswerCheck, LongAdder> checks = new EnumMap<>(AnswerCheck.class);
  private final LongAdder failedNanos = new LongAdder();
  private final LongAdder images = new LongAdder();
  private final LongAdder forwards = new LongAdder();
  private final LongAdder pending = new LongAdder();
  private final AtomicLong lastMillis = new AtomicLong();

  /** Answered requests by their number of images: nanoseconds by stage, then the requests. */
  private final Map<Integer, LongAdder[]> answered = new ConcurrentSkipListMap<>();

  private volatile ModelMeters shared; // those of the model name, once open
  private volatile boolean open;
  private boolean live; // guarded by this
  private boolean faulty; // guarded by this

  private record Forward(String device, int images, boolean recomputed) {}

  VersionMeters(ServingMetrics metrics, String model, int version, List<String> devices) {
    this.metrics = metrics;
    this.model = model;
    this.version = version;
    this.devices = List.copyOf(devices);
    this.shared = metrics.discarded();
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
    for (AnswerCheck check : AnswerCheck.values()) {
      checks.put(check, new LongAdder());
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
      batchSizes.forEach(size -> inference(new Forward(device, size, false)));
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
      inference(new Forward(device, samples, false)).record(nanos, TimeUnit.NANOSECONDS);
      shared.batch.record(samples);
      shared.busySeconds.increment(nanos / 1e9);
      images.add(samples);
      forwards.increment();
    }
  }

  /** A forward that computes answers again ended. Its images are counted by the first forward. */
  public void recomputed(String device, int samples, long nanos) {
    if (open) {
      inference(new Forward(device, samples, true)).record(nanos, TimeUnit.NANOSECONDS);
      shared.busySeconds.increment(nanos / 1e9);
      forwards.increment();
    }
  }

  /**
   * The answers to images were checked.
   *
   * @param images by the ordinal of {@link AnswerCheck}
   */
  public void checked(int[] images) {
    for (AnswerCheck check : AnswerCheck.values()) {
      checks.get(check).add(images[check.ordinal()]);
      shared.checks.get(check).increment(images[check.ordinal()]);
    }
  }

  /** The images with each outcome of the check; all 0 if the version does not check answers. */
  public Map<AnswerCheck, Long> checks() {
    Map<AnswerCheck, Long> images = new EnumMap<>(AnswerCheck.class);
    checks.forEach((check, count) -> images.put(check, count.sum()));
    return images;
  }

  /**
   * A request was answered.
   *
   * @param times of the stages that it reached
   */
  public void answered(int samples, Map<Stage, Duration> times) {
    LongAdder[] sums =
        answered.computeIfAbsent(
            samples <= LARGEST_BATCH ? samples : OTHER_BATCHES,
            size -> Stream.generate(LongAdder::new).limit(REQUESTS + 1).toArray(LongAdder[]::new));
    sums[REQUESTS].increment();
    ModelMeters meters = shared;
    times.forEach(
        (stage, time) -> {
          sums[stage.ordinal()].add(time.toNanos());
          meters.stages.get(stage).record(time);
        });
    Duration none = Duration.ZERO;
    meters.preprocess.record(
        times.getOrDefault(Stage.DECODE, none).plus(times.getOrDefault(Stage.PREPROCESS, none)));
    meters.predict.record(
        times.getOrDefault(Stage.QUEUE, none).plus(times.getOrDefault(Stage.INFER, none)));
    meters.postprocess.record(times.getOrDefault(Stage.POSTPROCESS, none));
    lastMillis.set(System.currentTimeMillis());
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

  /** The fault that took the version out of service is over. */
  public synchronized void hangEnded() {
    faulty = false;
    if (live) {
      shared.healthy.set(1);
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
    answered.forEach((size, sums) -> byBatch.put(size, answers(Collections.singleton(sums))));
    byBatch.remove(OTHER_BATCHES);
    return new Statistics(
        lastMillis.get(),
        images.sum(),
        forwards.sum(),
        pending.sum(),
        byOutcome,
        failedNanos.sum(),
        answers(answered.values()),
        byBatch);
  }

  private static Statistics.Answers answers(Collection<LongAdder[]> some) {
    Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      nanos.put(stage, some.stream().mapToLong(sums -> sums[stage.ordinal()].sum()).sum());
    }
    return new Statistics.Answers(
        some.stream().mapToLong(sums -> sums[REQUESTS].sum()).sum(), nanos);
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
                    .and("device", labels.device, "batch", Integer.toString(labels.images))
                    .and("recomputed", Boolean.toString(labels.recomputed))));
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
