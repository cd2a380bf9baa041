package io.github.vanillanet.serve.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.prometheus.client.Collector;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * The meters of the service. The values of all labels are bounded: model names, loaded versions,
 * stages, outcomes, reasons and batch sizes. Thread-safe.
 */
public final class ServingMetrics {

  private final MeterRegistry registry;
  private final ConcurrentMap<String, ModelMeters> models = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<String, VersionMeters> open = new ConcurrentSkipListMap<>();
  private final ModelMeters discarded = new ModelMeters(new CompositeMeterRegistry(), "");

  public ServingMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Metrics that are not exported, for commands and tests. */
  public static ServingMetrics unobserved() {
    return new ServingMetrics(new CompositeMeterRegistry());
  }

  /**
   * Registers the memory gauges of a device. A GPU also has Triton's names, with the device's name
   * as the UUID. NVIDIA's exporter has Triton's other GPU metrics, such as utilisation and power.
   *
   * @param device {@code cpu}, {@code cuda:0}
   * @param used bytes, NaN if unknown
   * @param total bytes, NaN if unknown
   */
  public void deviceMemory(String device, Supplier<Number> used, Supplier<Number> total) {
    Tags tags = Tags.of("device", device);
    Metric.DEVICE_MEMORY_USED.gauge(registry, tags, used);
    Metric.DEVICE_MEMORY_TOTAL.gauge(registry, tags, total);
    if (device.startsWith("cuda")) {
      Tags triton = Tags.of("gpu_uuid", device);
      Metric.TRITON_MEMORY_USED.gauge(registry, triton, used);
      Metric.TRITON_MEMORY_TOTAL.gauge(registry, triton, total);
    }
  }

  /** Registers the gauges of the memory for request bodies, in bytes, and their counters. */
  public void bodyMemory(Supplier<Number> used, Supplier<Number> total) {
    Metric.BODY_MEMORY_USED.gauge(registry, Tags.empty(), used);
    Metric.BODY_MEMORY_TOTAL.gauge(registry, Tags.empty(), total);
    for (BodyRejection reason : BodyRejection.values()) {
      bodyRejections(reason);
    }
  }

  /** Counts a request that was rejected because of its body. */
  public void rejected(BodyRejection reason) {
    bodyRejections(reason).increment();
  }

  private Counter bodyRejections(BodyRejection reason) {
    return Metric.BODY_REJECTIONS.counter(registry, Tags.of("reason", reason.label()));
  }

  /**
   * Registers the metrics of images that are decoded with permits of their own.
   *
   * @param line {@code ordinary} or {@code slow}
   * @param permits images that may be decoded at the same time
   * @param busySeconds time in decoding so far
   */
  public void decoders(String line, int permits, Supplier<Number> busySeconds) {
    Tags tags = Tags.of("line", line);
    Metric.DECODERS.gauge(registry, tags, () -> permits);
    Metric.DECODE_BUSY.counter(registry, tags, busySeconds);
  }

  /** Registers the gauge of open connections. */
  public void connections(Supplier<Number> open) {
    Metric.CONNECTIONS.gauge(registry, Tags.empty(), open);
  }

  /** Creates the counter of connections that the service closed for a reason. */
  public Counter closedConnections(String reason) {
    return Metric.CONNECTIONS_CLOSED.counter(registry, Tags.of("reason", reason));
  }

  /** Registers the gauge of the versions and models on disk that cannot be served. */
  public void repositoryFaults(Supplier<Number> faults) {
    Metric.REPOSITORY_FAULTS.gauge(registry, Tags.empty(), faults);
  }

  /**
   * Registers the gauges of the repository's polls.
   *
   * @param drifting models whose version in service is not the one that the repository names
   * @param age seconds since the last poll without an error
   */
  public void repositoryPolls(Supplier<Number> drifting, Supplier<Number> age) {
    Metric.REPOSITORY_DRIFT.gauge(registry, Tags.empty(), drifting);
    Metric.REPOSITORY_POLL_AGE.gauge(registry, Tags.empty(), age);
  }

  /**
   * Creates the meters of one version. They are registered by {@link VersionMeters#open}.
   *
   * @param devices {@code cpu}, {@code cuda:0}
   */
  public VersionMeters version(String model, int version, String... devices) {
    return new VersionMeters(this, model, version, List.of(devices));
  }

  /**
   * Creates the counters with the names that dashboards of Triton and TorchServe query.
   *
   * @param host value of TorchServe's label {@code hostname}
   */
  public Collector compatibilityNames(String host) {
    return new CompatibilityCollector(() -> List.copyOf(open.values()), host);
  }

  MeterRegistry registry() {
    return registry;
  }

  /** Unregistered meters for the events of a warm-up. */
  ModelMeters discarded() {
    return discarded;
  }

  ModelMeters model(String name) {
    return models.computeIfAbsent(name, model -> new ModelMeters(registry, model));
  }

  synchronized void opened(VersionMeters version, int lanes) {
    open.put(key(version), version);
    model(version.model()).lanes.set(lanes);
  }

  /**
   * Removes a version.
   *
   * @return false if it was not open, or if the same version was loaded again in the meantime
   */
  synchronized boolean closed(VersionMeters version) {
    boolean removed = open.remove(key(version), version);
    if (removed
        && open.values().stream().noneMatch(other -> other.model().equals(version.model()))) {
      model(version.model()).lanes.set(0);
    }
    return removed;
  }

  private static String key(VersionMeters version) {
    return version.model() + "/" + version.version();
  }
}
