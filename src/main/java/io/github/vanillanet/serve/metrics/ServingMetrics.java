package io.github.vanillanet.serve.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.prometheus.client.Collector;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * All meters of the service. Labels are bounded: model names, the versions that are loaded, stages,
 * outcomes and batch sizes. Thread-safe.
 */
public final class ServingMetrics {

  private final MeterRegistry registry;
  private final ConcurrentMap<String, ModelMeters> models = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<String, VersionMeters> live = new ConcurrentSkipListMap<>();

  public ServingMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Registers the memory of a device; that of a GPU under Triton's names as well, whose label is
   * the device's name here. Triton's other names of that kind, utilisation and power, are told by
   * NVIDIA's exporter.
   *
   * @param device as the operator knows it: {@code cpu}, {@code cuda:0}
   * @param used bytes, NaN if it cannot be told
   * @param total bytes, NaN if it cannot be told
   */
  public void deviceMemory(String device, Supplier<Number> used, Supplier<Number> total) {
    memory("vanillanet.device.memory", "device", device, used, total);
    if (device.startsWith("cuda")) {
      memory("nv.gpu.memory", "gpu_uuid", device, used, total);
    }
  }

  /** Registers the gauges of the memory for bodies, in bytes. */
  public void bodyMemory(Supplier<Number> used, Supplier<Number> total) {
    Gauge.builder("vanillanet.body.memory.used.bytes", used)
        .description("Of bodies that are being read or worked on")
        .register(registry);
    Gauge.builder("vanillanet.body.memory.total.bytes", total)
        .description("That bodies may have; more are refused")
        .register(registry);
  }

  private void memory(
      String name, String label, String device, Supplier<Number> used, Supplier<Number> total) {
    Gauge.builder(name + ".used.bytes", used)
        .description("Of a CUDA device, by all its processes; of the CPU, resident in this one")
        .tag(label, device)
        .register(registry);
    Gauge.builder(name + ".total.bytes", total)
        .description("Of a CUDA device; of the CPU, the container's limit or the machine's memory")
        .tag(label, device)
        .register(registry);
  }

  /** Counts for nobody: commands and tests have no registry. */
  public static ServingMetrics unobserved() {
    return new ServingMetrics(new CompositeMeterRegistry());
  }

  /**
   * The meters of one version; nothing is registered or counted before {@link VersionMeters#open}.
   *
   * @param devices as the operator knows them: {@code cpu}, {@code cuda:0}
   */
  public VersionMeters version(String model, int version, String... devices) {
    return new VersionMeters(this, model, version, List.of(devices));
  }

  /**
   * Counters under the names that dashboards of Triton and TorchServe query. They have no {@code
   * _total}, which Micrometer would append.
   *
   * @param host of TorchServe's label {@code hostname}
   */
  public Collector compatibilityNames(String host) {
    return new CompatibilityCollector(() -> List.copyOf(live.values()), host);
  }

  MeterRegistry registry() {
    return registry;
  }

  ModelMeters model(String name) {
    return models.computeIfAbsent(name, model -> new ModelMeters(registry, model));
  }

  synchronized void opened(VersionMeters version, int lanes) {
    live.put(version.model() + "/" + version.version(), version);
    model(version.model()).lanes.set(lanes);
  }

  /** True if nobody else counts under the same labels: a version may be loaded again. */
  synchronized boolean closed(VersionMeters version) {
    boolean removed = live.remove(version.model() + "/" + version.version(), version);
    if (live.values().stream().noneMatch(other -> other.model().equals(version.model()))) {
      model(version.model()).lanes.set(0);
    }
    return removed;
  }
}
