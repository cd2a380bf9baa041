package io.github.vanillanet.serve.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What happens to one loaded version, event by event. Events before {@link #open} are those of its
 * warm-up and are not counted; {@link #close} takes the meters that name the version away again, so
 * that retraining does not pile them up. Thread-safe.
 */
public final class VersionMeters implements AutoCloseable {

  private final ServingMetrics metrics;
  private final String model;
  private final int version;
  private final List<String> devices;
  private final ConcurrentMap<Forward, Timer> inferences = new ConcurrentHashMap<>();

  final Map<Outcome, LongAdder> requests = new EnumMap<>(Outcome.class);
  final Map<Stage, LongAdder> stageNanos = new EnumMap<>(Stage.class);
  final LongAdder images = new LongAdder();
  final LongAdder forwards = new LongAdder();
  final AtomicInteger pending = new AtomicInteger();

  private volatile boolean open;
  private boolean live; // guarded by this
  private boolean faulty; // guarded by this

  private record Forward(String device, int images) {}

  VersionMeters(ServingMetrics metrics, String model, int version, List<String> devices) {
    this.metrics = metrics;
    this.model = model;
    this.version = version;
    this.devices = List.copyOf(devices);
    for (Outcome outcome : Outcome.values()) {
      requests.put(outcome, new LongAdder());
    }
    for (Stage stage : Stage.values()) {
      stageNanos.put(stage, new LongAdder());
    }
  }

  /**
   * The version is warm: registers its meters and counts from here on.
   *
   * @param lanes threads that do its forwards
   * @param batchSizes images in one forward, as far as they are known beforehand
   */
  public void open(int lanes, Iterable<Integer> batchSizes) {
    for (String device : devices) {
      batchSizes.forEach(size -> inference(new Forward(device, size)));
    }
    open = true;
    metrics.opened(this, lanes);
  }

  /** Work waits in the queue. */
  public void queued(int samples) {
    pending.incrementAndGet();
    metrics.model(model).queued.addAndGet(samples);
  }

  /** Work left the queue, to be computed or dropped. */
  public void unqueued(int samples) {
    pending.decrementAndGet();
    metrics.model(model).queued.addAndGet(-samples);
  }

  /** Work left the queue without being computed, {@code nanos} after it came. */
  public void dropped(long nanos) {
    metrics.model(model).dropped(nanos);
  }

  /** Images were accepted for an answer; {@link #released} follows. */
  public void accepted(int samples) {
    metrics.model(model).inFlight.addAndGet(samples);
  }

  /** Images were answered, one way or another. */
  public void released(int samples) {
    metrics.model(model).inFlight.addAndGet(-samples);
  }

  /** One forward is done. */
  public void inferred(String device, int samples, long nanos) {
    if (open) {
      inference(new Forward(device, samples)).record(nanos, TimeUnit.NANOSECONDS);
      metrics.model(model).inferred(samples, nanos);
      images.add(samples);
      forwards.increment();
    }
  }

  /** A request was answered with success. */
  public void answered(Timings timings) {
    timings.stages().forEach((stage, duration) -> stageNanos.get(stage).add(duration.toNanos()));
    metrics.model(model).answered(timings);
    ended(Outcome.SUCCESS);
  }

  /** A request ended in another way. */
  public void ended(Outcome outcome) {
    requests.get(outcome).increment();
    metrics.model(model).ended(outcome);
  }

  /** This version answers from here on: the gauge of its model's health is about it. */
  public synchronized void live() {
    live = true;
    metrics.model(model).healthy.set(faulty ? 0 : 1);
  }

  /** Another version answers from here on, or none: a fault of this one ails nobody any more. */
  public synchronized void retired() {
    live = false;
    metrics.model(model).healthy.set(1);
  }

  /** This version's lanes were taken out of service. */
  public synchronized void faulted(FaultReason reason) {
    metrics.model(model).faulted(reason);
    faulty = true;
    if (live) {
      metrics.model(model).healthy.set(0);
    }
  }

  /** This version replaced another. */
  public void swapped() {
    metrics.model(model).swapped();
  }

  /** This older version came back in place of another. */
  public void rolledBack() {
    metrics.model(model).rolledBack();
  }

  private Timer inference(Forward forward) {
    return inferences.computeIfAbsent(
        forward,
        labels ->
            Buckets.timer(
                metrics.registry(),
                "vanillanet.infer",
                "Time of a forward",
                Tags.of(
                    "model",
                    model,
                    "version",
                    Integer.toString(version),
                    "device",
                    labels.device(),
                    "batch",
                    Integer.toString(labels.images()))));
  }

  /** Forwards that were done for requests. */
  public long executions() {
    return forwards.sum();
  }

  String model() {
    return model;
  }

  int version() {
    return version;
  }

  /** Nothing is counted afterwards. Idempotent. */
  @Override
  public void close() {
    open = false;
    if (metrics.closed(this)) {
      inferences.values().forEach(metrics.registry()::remove);
    }
  }
}
