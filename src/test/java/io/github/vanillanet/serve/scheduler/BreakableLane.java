package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.metrics.VersionMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/** One or two devices of one lane, which tests break. */
abstract class BreakableLane {

  static final int PLENTY = 1 << 20;
  static final int PROBE = 42;
  static final Duration NEVER = Duration.ofDays(1);
  static final Duration OFTEN = Duration.ofMillis(1);

  final FakeInstance device = new FakeInstance(PLENTY);
  final FaultyInstance first = new FaultyInstance(device);
  final FaultyInstance second = new FaultyInstance(new FakeInstance(PLENTY));
  final MeterRegistry registry = new SimpleMeterRegistry();
  final VersionMeters meters = new ServingMetrics(registry).version("test", 1, "cpu");
  final Queue<LaneFault> faults = new ConcurrentLinkedQueue<>();
  final List<Lane> lanes = new ArrayList<>();

  @AfterEach
  void close() {
    Stream.of(first, second).forEach(FaultyInstance::unhang);
    lanes.forEach(Lane::close);
  }

  Lane open(List<ModelInstance> instances) {
    LaneSettings settings =
        new LaneSettings(8, BatchPolicy.single(), new Scheduler(Ticker.system()));
    Lane lane = new Lane("test", instances, settings, meters);
    lanes.add(lane);
    lane.open(Duration.ofMillis(1));
    meters.live();
    return lane;
  }

  Lane watched(List<ModelInstance> instances, Duration interval, Duration hangLimit) {
    Lane lane = open(instances);
    Probe known =
        new Probe(
            input(InputKind.IMAGES, PROBE),
            logits -> {
              if (logits[0] != PROBE) {
                throw NOT_EQUIVALENT.error("the probe is answered wrongly");
              }
            });
    lane.watch(
        List.of(known),
        interval,
        hangLimit,
        fault -> fault.ifPresentOrElse(faults::add, faults::clear));
    return lane;
  }

  double count(FaultReason reason) {
    return registry.get("vanillanet.lane.faults").tag("reason", reason.label()).counter().count();
  }

  static ModelInput input(InputKind kind, int first) {
    return new ModelInput(kind, 1, ByteBuffer.allocateDirect(4).put(0, (byte) first));
  }
}
