package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.Failures.causeCode;
import static io.github.vanillanet.base.error.ErrorCode.ENGINE_FAILURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.FaultReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A forward pass that does not return, or returns late. */
@Timeout(120)
class LaneHangTest extends BreakableLane {

  @Test
  void requestOfAHungForwardFailsAndStaysFailed() {
    Lane lane = watched(List.of(first), NEVER, Duration.ofMillis(300));
    first.hang();
    CompletableFuture<float[]> running = lane.submit(input(InputKind.IMAGES, 1));
    CompletableFuture<float[]> waiting = lane.submit(input(InputKind.IMAGES, 2));

    for (CompletableFuture<float[]> answer : List.of(running, waiting)) {
      assertThatThrownBy(answer::join)
          .has(causeCode(ErrorCode.NOT_READY))
          .hasMessageContaining("hang");
    }
    long closing = System.nanoTime();
    lane.close();
    assertThat(Duration.ofNanos(System.nanoTime() - closing))
        .as("close does not wait for a hung forward")
        .isLessThan(Duration.ofSeconds(10));
    assertThat(device.closed).isFalse(); // a hung forward still uses it
    assertThat(faults).extracting(LaneFault::reason).containsExactly(FaultReason.HANG);
    assertThat(faults).allMatch(LaneFault::stopsProcess).noneMatch(LaneFault::sticky);
    first.unhang();

    assertThat(running).isCompletedExceptionally();
  }

  @Test
  void hangIsOverWhenTheForwardReturnsAndProbesAreCorrect() {
    Lane lane = watched(List.of(first, second), NEVER, Duration.ofMillis(300));
    first.hang();
    second.hang(); // either may take the work
    CompletableFuture<float[]> running = lane.submit(input(InputKind.IMAGES, 1));
    Eventually.becomes(() -> lane.fault().isPresent());
    assertThatThrownBy(running::join).has(causeCode(ErrorCode.NOT_READY));
    assertThat(registry.get("vanillanet.lane.healthy").gauge().value()).isZero();

    first.unhang();
    second.unhang();

    Eventually.becomes(() -> lane.fault().isEmpty());
    Eventually.becomes(faults::isEmpty); // the listener knows
    assertThat(lane.submit(input(InputKind.IMAGES, 5)).join()).containsExactly(5, 0);
    assertThat(registry.get("vanillanet.lane.healthy").gauge().value()).isEqualTo(1);
    assertThat(count(FaultReason.HANG)).isEqualTo(1);
  }

  @Test
  void deviceErrorAfterAHangIsNotOver() {
    Lane lane = watched(List.of(first), NEVER, Duration.ofMillis(300));
    first.hang();
    lane.submit(input(InputKind.IMAGES, 1));
    Eventually.becomes(() -> lane.fault().isPresent());
    device.failure = ENGINE_FAILURE.error("CUDA error: the launch timed out");

    first.unhang();

    Eventually.becomes(() -> lane.fault().orElseThrow().sticky());
    assertThat(lane.fault()).map(LaneFault::reason).contains(FaultReason.DEVICE_ERROR);
  }

  @Test
  void wrongAnswerAfterAHangIsNotOver() {
    Lane lane = watched(List.of(first), NEVER, Duration.ofMillis(300));
    first.hang();
    lane.submit(input(InputKind.IMAGES, 1));
    Eventually.becomes(() -> lane.fault().isPresent());

    first.answerWith(0.5f);
    first.unhang();

    Eventually.becomes(() -> lane.fault().orElseThrow().sticky());
    assertThat(lane.fault()).map(LaneFault::reason).contains(FaultReason.WRONG_ANSWER);
  }

  @Test
  void hungForwardOfAClosedLaneReleasesItsDeviceWhenItReturns() {
    Lane lane = watched(List.of(first), NEVER, Duration.ofMillis(300));
    first.hang();
    lane.submit(input(InputKind.IMAGES, 1));
    Eventually.becomes(() -> !faults.isEmpty());
    lane.close();
    assertThat(device.closed).isFalse();

    first.unhang();

    Eventually.becomes(() -> device.closed);
    Eventually.becomes(faults::isEmpty);
  }

  @Test
  void hangIsFoundWithoutTraffic() {
    Lane lane = watched(List.of(first), OFTEN, Duration.ofMillis(300));
    first.hang();

    Eventually.becomes(() -> !faults.isEmpty());

    assertThat(faults).extracting(LaneFault::reason).containsExactly(FaultReason.HANG);
  }
}
