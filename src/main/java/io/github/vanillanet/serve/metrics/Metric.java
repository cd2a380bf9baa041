package io.github.vanillanet.serve.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * Name and description of every serving metric. Prometheus writes an underscore for each dot and
 * appends {@code _seconds} to timers and {@code _total} to counters. The names without dots are
 * exported unchanged.
 */
enum Metric {
  STAGE("vanillanet.stage", "Time of answered requests by stage; the queue includes dropped work"),
  REQUESTS("vanillanet.requests", "Requests by outcome"),
  INFER("vanillanet.infer", "Time of one forward"),
  BATCH_IMAGES("vanillanet.batch.images", "Images in one forward"),
  CHECKED_IMAGES(
      "vanillanet.checked.images", "Images of a reduced precision by the check of their answers"),
  LANE_BUSY("vanillanet.lane.busy.seconds", "Time in forwards; its rate per lane is the busy part"),
  LANE_FAULTS("vanillanet.lane.faults", "Faults that took a version out of service"),
  LANE_HEALTHY("vanillanet.lane.healthy", "0 after a fault of the live version, else 1"),
  DECODE_BUSY(
      "vanillanet.decode.busy.seconds",
      "Time in decoding; its rate per decoder is the busy part of the decoders"),
  DECODERS("vanillanet.decoders", "Images that may be decoded at the same time"),
  LANES("vanillanet.lanes", "Worker threads that run forwards"),
  QUEUE_IMAGES("vanillanet.queue.images", "Images that wait in the queue"),
  INFLIGHT_IMAGES("vanillanet.inflight.images", "Images accepted and not answered yet"),
  REPOSITORY_FAULTS(
      "vanillanet.repository.faults", "Versions and models on disk that cannot be served"),
  REPOSITORY_DRIFT(
      "vanillanet.repository.drift", "Models that do not serve the version of the repository"),
  REPOSITORY_POLL_AGE(
      "vanillanet.repository.poll.age.seconds", "Time since the repository was last read"),
  SWAPS("vanillanet.swaps", "Versions that replaced another version"),
  ROLLBACKS("vanillanet.rollbacks", "Swaps back to an older version"),
  DEVICE_MEMORY_USED(
      "vanillanet.device.memory.used.bytes",
      "CUDA: memory used by all processes; CPU: resident memory of this process"),
  DEVICE_MEMORY_TOTAL(
      "vanillanet.device.memory.total.bytes",
      "CUDA: memory of the device; CPU: limit of the container, or memory of the machine"),
  BODY_MEMORY_USED("vanillanet.body.memory.used.bytes", "Memory of the request bodies held now"),
  BODY_MEMORY_TOTAL("vanillanet.body.memory.total.bytes", "Limit of the request bodies' memory"),
  CONNECTIONS("vanillanet.connections", "Open connections of clients"),
  CONNECTIONS_CLOSED("vanillanet.connections.closed", "Connections closed because of a limit"),
  BODY_REJECTIONS("vanillanet.body.rejections", "Requests rejected because of their bodies"),

  KSERVE_PREPROCESS("request.preprocess", "KServe: decoding and preprocessing"),
  KSERVE_PREDICT("request.predict", "KServe: waiting and the forward"),
  KSERVE_POSTPROCESS("request.postprocess", "KServe: postprocessing"),

  TRITON_MEMORY_USED("nv.gpu.memory.used.bytes", "Triton: memory used on the GPU"),
  TRITON_MEMORY_TOTAL("nv.gpu.memory.total.bytes", "Triton: memory of the GPU"),
  TRITON_SUCCESS("nv_inference_request_success", "Triton: answered requests"),
  TRITON_FAILURE("nv_inference_request_failure", "Triton: failed requests by reason"),
  TRITON_COUNT("nv_inference_count", "Triton: computed images"),
  TRITON_EXECUTIONS("nv_inference_exec_count", "Triton: forwards"),
  TRITON_PENDING("nv_inference_pending_request_count", "Triton: requests that wait in the queue"),
  TRITON_TOTAL("nv_inference_request_duration_us", "Triton: time of answered requests"),
  TRITON_QUEUE("nv_inference_queue_duration_us", "Triton: time in the queue"),
  TRITON_INPUT("nv_inference_compute_input_duration_us", "Triton: time to prepare inputs"),
  TRITON_INFER("nv_inference_compute_infer_duration_us", "Triton: time in forwards"),
  TRITON_OUTPUT("nv_inference_compute_output_duration_us", "Triton: time to prepare outputs"),
  TORCHSERVE_REQUESTS("ts_inference_requests_total", "TorchServe: requests"),
  TORCHSERVE_LATENCY("ts_inference_latency_microseconds", "TorchServe: time of answered requests"),
  TORCHSERVE_QUEUE("ts_queue_latency_microseconds", "TorchServe: time in the queue");

  /** An answer takes between a fraction of a millisecond and many milliseconds. */
  private static final Duration[] BUCKETS =
      DoubleStream.of(0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256)
          .mapToObj(millis -> Duration.ofNanos(Math.round(millis * 1e6)))
          .toArray(Duration[]::new);

  final String id;
  final String description;

  Metric(String id, String description) {
    this.id = id;
    this.description = description;
  }

  Timer timer(MeterRegistry registry, Tags tags) {
    return Timer.builder(id)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  Counter counter(MeterRegistry registry, Tags tags) {
    return Counter.builder(id).description(description).tags(tags).register(registry);
  }

  DistributionSummary sizes(MeterRegistry registry, Tags tags, double... bounds) {
    return DistributionSummary.builder(id)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(bounds)
        .register(registry);
  }

  /** A counter whose total is read from its owner. */
  void counter(MeterRegistry registry, Tags tags, Supplier<Number> value) {
    FunctionCounter.builder(id, value, total -> total.get().doubleValue())
        .description(description)
        .tags(tags)
        .register(registry);
  }

  void gauge(MeterRegistry registry, Tags tags, Supplier<Number> value) {
    Gauge.builder(id, value).description(description).tags(tags).register(registry);
  }
}
