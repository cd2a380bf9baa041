package io.github.vanillanet.serve.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a probe is due and how long is too long, by the test's clock. */
class LaneWatchTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final ManualTicker ticker = new ManualTicker();
  private final VersionMeters meters = ServingMetrics.unobserved().version("test", 1, "cpu");
  private final ServiceTime times = new ServiceTime(false, ticker);
  private final LaneQueue queue =
      new LaneQueue(
          "test",
          1,
          new LaneSettings(8, BatchPolicy.single(), new Scheduler(ticker)),
          times,
          meters);
  private final LaneHealth health = new LaneHealth(queue, meters);
  private final WorkerPulse pulse = new WorkerPulse(ticker.nanos());
  private final LaneWatch watch =
      new LaneWatch(
          "watch",
          queue,
          List.of(pulse),
          times,
          health,
          new WatchPlan(
              List.of(
                  new KnownAnswer(
                      new ModelInput(InputKind.IMAGES, 1, ByteBuffer.allocateDirect(1)), l -> {})),
              Duration.ofDays(1),
              Duration.ofMillis(1500),
              fault -> {}),
          ticker);

  @Test
  void aQuickForwardIsProbedEverySecond() {
    pulse.probed(0, 2_000_000);

    assertThat(pulse.askIfDue(SECOND - 1, SECOND)).isFalse();
    assertThat(pulse.askIfDue(SECOND, SECOND)).isTrue();
    assertThat(pulse.askIfDue(2 * SECOND, SECOND)).isFalse(); // it has not answered yet
  }

  @Test
  void aSlowForwardIsProbedAfterAHundredTimesItsLength() {
    pulse.probed(0, 50_000_000);

    assertThat(pulse.askIfDue(5 * SECOND - 1, SECOND)).isFalse();
    assertThat(pulse.askIfDue(5 * SECOND, SECOND)).isTrue();
  }

  @Test
  void aSuspectIsProbedSooner() {
    pulse.probed(0, 50_000_000);

    pulse.suspect();

    assertThat(pulse.askIfDue(SECOND, SECOND)).isTrue();
  }

  @Test
  void aForwardThatTakesLongerThanTheLimitHangs() {
    times.restart(5_000_000);
    pulse.awake();
    pulse.forward(1);

    ticks(15);
    assertThat(health.fault()).isEmpty();
    ticks(2);

    assertThat(health.fault()).map(LaneFault::reason).contains(FaultReason.HANG);
  }

  @Test
  void whatIsKnownToTakeLongMayTakeTenTimesAsLong() {
    times.restart(400_000_000);
    pulse.awake();
    pulse.forward(2);

    ticks(79);
    assertThat(health.fault()).isEmpty();
    ticks(3);

    assertThat(health.fault()).isPresent();
  }

  @Test
  void signsOfLifeAndIdlenessAreNoHang() {
    pulse.awake();
    for (int forward = 0; forward < 50; forward++) {
      pulse.forward(1);
      ticks(10);
    }
    pulse.idle();
    ticks(100);

    assertThat(health.fault()).isEmpty();
  }

  @Test
  void timeInWhichTheMachineSleptDoesNotCount() {
    pulse.awake();
    ticks(1);

    for (int sleep = 0; sleep < 5; sleep++) {
      ticker.advance(Duration.ofHours(1));
      watch.tick();
    }

    assertThat(health.fault()).isEmpty();
  }

  private void ticks(int count) {
    for (int tick = 0; tick < count; tick++) {
      ticker.advance(LaneWatch.TICK);
      watch.tick();
    }
  }
}
