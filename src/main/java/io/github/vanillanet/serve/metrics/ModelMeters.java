package io.github.vanillanet.serve.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The meters of one model name. They stay when its version changes. */
final class ModelMeters {

  private final Map<Stage, Timer> stages = new EnumMap<>(Stage.class);
  private final Map<Outcome, Counter> requests = new EnumMap<>(Outcome.class);
  private final Map<FaultReason, Counter> faults = new EnumMap<>(FaultReason.class);
  private final Timer preprocess;
  private final Timer predict;
  private final Timer postprocess;
  private final DistributionSummary batch;
  private final Counter swaps;
  private final Counter rollbacks;
  private final Counter busy;

  final AtomicInteger queued = new AtomicInteger();
  final AtomicInteger inFlight = new AtomicInteger();
  final AtomicInteger lanes = new AtomicInteger();
  final AtomicInteger healthy = new AtomicInteger(1);

  ModelMeters(MeterRegistry registry, String model) {
    Tags tags = Tags.of("model", model);
    for (Stage stage : Stage.values()) {
      String about =
          "Time that answered requests spent in each stage; in the queue also that of dropped ones";
      Tags labels = tags.and("stage", stage.label());
      stages.put(stage, Buckets.timer(registry, "vanillanet.stage", about, labels));
    }
    for (Outcome outcome : Outcome.values()) {
      requests.put(
          outcome,
          Counter.builder("vanillanet.requests")
              .description("Requests by how they ended")
              .tags(tags.and("outcome", outcome.label()))
              .register(registry));
    }
    for (FaultReason reason : FaultReason.values()) {
      faults.put(
          reason,
          Counter.builder("vanillanet.lane.faults")
              .description("Faults that took a version's lanes out of service")
              .tags(tags.and("reason", reason.label()))
              .register(registry));
    }
    Tags kserve = Tags.of("model_name", model);
    preprocess = Buckets.timer(registry, "request.preprocess", "As KServe counts it", kserve);
    predict = Buckets.timer(registry, "request.predict", "As KServe counts it", kserve);
    postprocess = Buckets.timer(registry, "request.postprocess", "As KServe counts it", kserve);
    batch =
        DistributionSummary.builder("vanillanet.batch.images")
            .description("Images in each forward")
            .tags(tags)
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128)
            .register(registry);
    swaps =
        Counter.builder("vanillanet.swaps")
            .description("Versions that replaced another")
            .tags(tags)
            .register(registry);
    rollbacks =
        Counter.builder("vanillanet.rollbacks")
            .description("Swaps that went back to an older version")
            .tags(tags)
            .register(registry);
    busy =
        Counter.builder("vanillanet.lane.busy.seconds")
            .description(
                "Time that lanes spent in forwards; its rate per lane is the busy fraction")
            .tags(tags)
            .register(registry);
    gauge(registry, tags, "vanillanet.queue.images", "Images that wait for a lane", queued);
    gauge(registry, tags, "vanillanet.inflight.images", "Images accepted, not answered", inFlight);
    gauge(registry, tags, "vanillanet.lanes", "Threads that do forwards", lanes);
    gauge(
        registry, tags, "vanillanet.lane.healthy", "0 after a fault of the live version", healthy);
  }

  private static void gauge(
      MeterRegistry registry, Tags tags, String name, String about, AtomicInteger value) {
    Gauge.builder(name, value, AtomicInteger::get)
        .description(about)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  void answered(Timings timings) {
    timings.stages().forEach((stage, duration) -> stages.get(stage).record(duration));
    preprocess.record(timings.sum(Stage.DECODE, Stage.PREPROCESS));
    predict.record(timings.sum(Stage.QUEUE, Stage.INFER));
    postprocess.record(timings.of(Stage.POSTPROCESS));
  }

  void dropped(long nanos) {
    stages.get(Stage.QUEUE).record(nanos, TimeUnit.NANOSECONDS);
  }

  void ended(Outcome outcome) {
    requests.get(outcome).increment();
  }

  void inferred(int images, long nanos) {
    batch.record(images);
    busy.increment(nanos / 1e9);
  }

  void faulted(FaultReason reason) {
    faults.get(reason).increment();
  }

  void swapped() {
    swaps.increment();
  }

  void rolledBack() {
    rollbacks.increment();
  }
}
