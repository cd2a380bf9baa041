package io.github.vanillanet.serve.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When a probe is due, and when a forward hangs. The test controls the clock and the ticks. */
class LaneMonitorTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTicker ticker = new ManualTicker();
  private final VersionMeters meters = ServingMetrics.unobserved().version("test", 1, "cpu");
  private final Scheduler scheduler = new Scheduler(ticker);
  private final LaneQueue lane =
      scheduler.join("test", 1, new LaneSettings(8, BatchPolicy.single(), scheduler), meters);
  private final LaneMonitor monitor = new LaneMonitor(scheduler, lane, meters);

  LaneMonitorTest() {
    ModelInput input = new ModelInput(InputKind.IMAGES, 1, ByteBuffer.allocateDirect(1));
    monitor.start(
        List.of(new Probe(input, logits -> {})), SECOND, Duration.ofMillis(1500), fault -> {});
  }

  @Test
  void fastForwardIsProbedEverySecond() {
    probe(Duration.ofMillis(2));

    assertThat(dueAfter(SECOND.minusNanos(1))).isEmpty();
    assertThat(dueAfter(Duration.ofNanos(1))).isPresent();
  }

  @Test
  void probeIsRequestedOnceUntilItIsComputed() {
    dueAfter(SECOND);
    lane.workers.get(0).probe = Optional.empty(); // the worker has taken it

    assertThat(dueAfter(SECOND.multipliedBy(10))).isEmpty();
  }

  @Test
  void slowForwardIsProbedAfterAHundredTimesItsDuration() {
    probe(Duration.ofMillis(50));

    assertThat(dueAfter(SECOND.multipliedBy(5).minusNanos(1))).isEmpty();
    assertThat(dueAfter(Duration.ofNanos(1))).isPresent();
  }

  @Test
  void probeWaitsForATenthOfItsPauseAtMost() {
    probe(Duration.ofMillis(50));

    Deadline deadline = dueAfter(SECOND.multipliedBy(5)).orElseThrow();

    assertThat(deadline.remaining()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void suspectWorkerIsProbedAfterTheInterval() {
    probe(Duration.ofMillis(50));

    monitor.answered(0, InputKind.NORMALISED, new float[] {Float.NaN});

    assertThat(dueAfter(SECOND)).isPresent();
  }

  @Test
  void forwardHangsAfterTheLimit() {
    lane.open(
        new Lane.Opening(Duration.ofNanos(5_000_000), BatchPolicy.single(), Optional.empty()));
    monitor.busy(0, 1);

    ticks(15);
    assertThat(lane.fault).isEmpty();
    ticks(2);

    assertThat(lane.fault).map(LaneFault::reason).contains(FaultReason.HANG);
  }

  @Test
  void slowForwardMayTakeTenTimesItsMeasuredTime() {
    lane.open(
        new Lane.Opening(Duration.ofNanos(400_000_000), BatchPolicy.single(), Optional.empty()));
    monitor.busy(0, 2);

    ticks(79);
    assertThat(lane.fault).isEmpty();
    ticks(3);

    assertThat(lane.fault).isPresent();
  }

  @Test
  void signsOfLifeAndIdleTimeAreNoHang() {
    for (int forward = 0; forward < 50; forward++) {
      monitor.busy(0, 1);
      ticks(10);
    }
    monitor.idle(0);
    ticks(100);

    assertThat(lane.fault).isEmpty();
  }

  @Test
  void waitForAProcessorIsNoHangForOneMinute() {
    monitor.started(0, elapsed -> elapsed);
    monitor.busy(0, 1);

    ticks(601);
    assertThat(lane.fault).isEmpty();
    ticks(1);

    assertThat(lane.fault).map(LaneFault::reason).contains(FaultReason.HANG);
  }

  @Test
  void partOfTheTimeWithoutAProcessorDoesNotCount() {
    monitor.started(0, elapsed -> elapsed / 2);
    monitor.busy(0, 1);

    ticks(31);
    assertThat(lane.fault).isEmpty();
    ticks(1);

    assertThat(lane.fault).isPresent();
  }

  @Test
  void waitsOfSeveralThreadsDoNotDelayTheDetectionOfAHang() {
    AtomicLong threads = new AtomicLong(8);
    monitor.started(0, elapsed -> threads.get() * elapsed);
    monitor.busy(0, 1);
    ticks(300);
    threads.set(0);

    ticks(15);
    assertThat(lane.fault).isEmpty();
    ticks(1);

    assertThat(lane.fault).isPresent();
  }

  @Test
  void hangIsOverAfterSeveralCorrectProbes() {
    monitor.busy(0, 1);
    ticks(20);
    assertThat(lane.fault).isPresent();
    monitor.idle(0); // the forward has returned

    for (int probe = 0; probe < 3; probe++) {
      ticks(1);
      assertThat(lane.fault).isPresent();
      assertThat(lane.workers.get(0).probe).isPresent();
      probe(Duration.ofMillis(2));
    }
    ticks(1);

    assertThat(lane.fault).isEmpty();
  }

  @Test
  void timeWhileTheMachineSleepsDoesNotCount() {
    monitor.busy(0, 1);
    ticks(1);

    for (int sleep = 0; sleep < 5; sleep++) {
      ticker.advance(Duration.ofHours(1));
      monitor.tick();
    }

    assertThat(lane.fault).isEmpty();
  }

  /** Computes a probe that takes {@code duration}. */
  private void probe(Duration duration) {
    monitor.probe(
        0,
        new ModelInstance() {
          @Override
          public void attachToThread() {}

          @Override
          public float[] forward(InputKind kind, ByteBuffer input, int samples) {
            ticker.advance(duration);
            return new float[1];
          }

          @Override
          public void close() {}
        });
    monitor.idle(0);
  }

  private Optional<Deadline> dueAfter(Duration time) {
    ticker.advance(time);
    monitor.tick();
    return lane.workers.get(0).probe;
  }

  private void ticks(int count) {
    for (int tick = 0; tick < count; tick++) {
      ticker.advance(LaneMonitor.TICK);
      monitor.tick();
    }
  }
}
