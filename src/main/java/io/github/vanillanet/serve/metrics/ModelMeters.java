package io.github.vanillanet.serve.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The registered meters of one model name. All its versions share them. */
final class ModelMeters {

  final Map<Stage, Timer> stages = new EnumMap<>(Stage.class);
  final Map<Outcome, Counter> requests = new EnumMap<>(Outcome.class);
  final Map<FaultReason, Counter> faults = new EnumMap<>(FaultReason.class);
  final Map<AnswerCheck, Counter> checks = new EnumMap<>(AnswerCheck.class);
  final DistributionSummary batch;
  final Counter swaps;
  final Counter rollbacks;
  final Counter busySeconds;

  final AtomicInteger queued = new AtomicInteger();
  final AtomicInteger inFlight = new AtomicInteger();
  final AtomicInteger lanes = new AtomicInteger();
  final AtomicInteger healthy = new AtomicInteger(1);

  final Timer preprocess;
  final Timer predict;
  final Timer postprocess;

  ModelMeters(MeterRegistry registry, String model) {
    Tags tags = Tags.of("model", model);
    for (Stage stage : Stage.values()) {
      stages.put(stage, Metric.STAGE.timer(registry, tags.and("stage", stage.label())));
    }
    for (Outcome outcome : Outcome.values()) {
      Tags labels = tags.and("outcome", outcome.label());
      requests.put(outcome, Metric.REQUESTS.counter(registry, labels));
    }
    for (FaultReason reason : FaultReason.values()) {
      Tags labels = tags.and("reason", reason.label());
      faults.put(reason, Metric.LANE_FAULTS.counter(registry, labels));
    }
    for (AnswerCheck check : AnswerCheck.values()) {
      Tags labels = tags.and("check", check.label());
      checks.put(check, Metric.CHECKED_IMAGES.counter(registry, labels));
    }
    batch = Metric.BATCH_IMAGES.sizes(registry, tags, 1, 2, 4, 8, 16, 32, 64, 128);
    swaps = Metric.SWAPS.counter(registry, tags);
    rollbacks = Metric.ROLLBACKS.counter(registry, tags);
    busySeconds = Metric.LANE_BUSY.counter(registry, tags);
    Metric.QUEUE_IMAGES.gauge(registry, tags, queued::get);
    Metric.INFLIGHT_IMAGES.gauge(registry, tags, inFlight::get);
    Metric.LANES.gauge(registry, tags, lanes::get);
    Metric.LANE_HEALTHY.gauge(registry, tags, healthy::get);

    Tags kserve = Tags.of("model_name", model);
    preprocess = Metric.KSERVE_PREPROCESS.timer(registry, kserve);
    predict = Metric.KSERVE_PREDICT.timer(registry, kserve);
    postprocess = Metric.KSERVE_POSTPROCESS.timer(registry, kserve);
  }
}
