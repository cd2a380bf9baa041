package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.Failures.causeCode;
import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.ENGINE_FAILURE;
import static io.github.vanillanet.base.error.ErrorCode.OUT_OF_DEVICE_MEMORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.FaultReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each test breaks a device in another way, except by a hang. */
@Timeout(120)
class LaneFaultTest extends BreakableLane {

  private static final String UNCLEAR =
      "GET was unable to find an engine to execute this computation";

  @Test
  void healthyLaneIsProbedWithoutBeingCounted() {
    List<Integer> probed = new ArrayList<>();
    Lane lane = open(List.of(first));
    Probe known =
        new Probe(
            input(InputKind.IMAGES, PROBE),
            logits -> {
              synchronized (probed) {
                probed.add((int) logits[0]);
              }
            });
    lane.watch(List.of(known), OFTEN, NEVER, fault -> fault.ifPresent(faults::add));

    Eventually.becomes(
        () -> {
          synchronized (probed) {
            return probed.size() > 2;
          }
        });

    assertThat(registry.get("vanillanet.infer").timer().count()).isZero();
    assertThat(lane.fault()).isEmpty();
    lane.close();
    assertThat(probed).containsOnly(PROBE);
    assertThat(registry.get("vanillanet.lane.healthy").gauge().value()).isEqualTo(1);
  }

  @Test
  void deviceErrorFailsCurrentAndLaterWork() throws InterruptedException {
    device.permits.drainPermits();
    Lane lane = watched(List.of(first), NEVER, NEVER);
    CompletableFuture<float[]> running = lane.submit(input(InputKind.IMAGES, 1));
    device.entered.await();
    CompletableFuture<float[]> waiting = lane.submit(input(InputKind.IMAGES, 2));

    device.failure = ENGINE_FAILURE.error("CUDA error: an illegal access");
    device.permits.release(PLENTY);

    for (CompletableFuture<float[]> answer : List.of(running, waiting)) {
      assertThatThrownBy(answer::join)
          .has(causeCode(ErrorCode.NOT_READY))
          .hasMessageContainingAll("test", "device_error", "CUDA error: an illegal access");
    }
    assertThatThrownBy(() -> lane.submit(input(InputKind.IMAGES, 3)))
        .has(code(ErrorCode.NOT_READY));
    assertThatThrownBy(lane::requireHealthy).has(code(ErrorCode.NOT_READY));
    assertThat(lane.estimate(1).room()).isFalse();
    assertThat(faults).extracting(LaneFault::reason).containsExactly(FaultReason.DEVICE_ERROR);
    assertThat(faults).allMatch(LaneFault::sticky);
    assertThat(count(FaultReason.DEVICE_ERROR)).isEqualTo(1);
    assertThat(registry.get("vanillanet.lane.healthy").gauge().value()).isZero();
  }

  @Test
  void fullDeviceIsNotAFault() {
    Lane lane = watched(List.of(first), OFTEN, NEVER);
    first.fail(OUT_OF_DEVICE_MEMORY.error("full"));

    for (int request = 0; request < 20; request++) {
      assertThatThrownBy(() -> lane.submit(input(InputKind.IMAGES, 1)).join())
          .has(causeCode(OUT_OF_DEVICE_MEMORY));
    }
    first.repair();

    assertThat(lane.submit(input(InputKind.IMAGES, 5)).join()).containsExactly(5, 0);
    assertThat(lane.fault()).isEmpty();
  }

  @Test
  void oneFailureThatMayMeanAFullDeviceIsNotAFault() {
    Lane lane = watched(List.of(first), OFTEN, NEVER);

    for (int failure = 0; failure < 3; failure++) { // hits a probe or a request
      device.failure = OUT_OF_DEVICE_MEMORY.error(UNCLEAR);
      Eventually.becomes(() -> device.failure == null);
    }

    assertThat(lane.submit(input(InputKind.IMAGES, 5)).join()).containsExactly(5, 0);
    assertThat(lane.fault()).isEmpty();
  }

  @Test
  void aFailureThatRemainsAfterMemoryIsFreedIsADeviceError() {
    Lane lane = watched(List.of(first), OFTEN, NEVER);

    first.fail(OUT_OF_DEVICE_MEMORY.error(UNCLEAR));
    Eventually.becomes(() -> lane.fault().isPresent());

    assertThat(lane.fault().get().reason()).isEqualTo(FaultReason.DEVICE_ERROR);
  }

  @Test
  void badInputIsNotAFault() {
    Lane lane = watched(List.of(first), NEVER, NEVER);
    first.fail(new IllegalArgumentException("a bad input"));

    assertThatThrownBy(() -> lane.submit(input(InputKind.IMAGES, 1)).join())
        .hasCauseInstanceOf(IllegalArgumentException.class);
    first.repair();

    assertThat(lane.submit(input(InputKind.IMAGES, 5)).join()).containsExactly(5, 0);
    assertThat(lane.fault()).isEmpty();
  }

  @Test
  void nonFiniteLogitsOfAnImageAreAFaultThatIsNotSticky() {
    Lane lane = watched(List.of(first), NEVER, NEVER);
    first.answerWith(Float.NaN);

    assertThatThrownBy(() -> lane.submit(input(InputKind.IMAGES, 1)).join())
        .has(causeCode(ErrorCode.NOT_READY))
        .hasMessageContaining("non_finite");

    assertThat(faults).extracting(LaneFault::sticky).containsExactly(false);
  }

  @Test
  void wrongProbeMakesAFaultSticky() {
    Lane lane = watched(List.of(first), OFTEN, NEVER);
    first.become(
        (healthy, kind, input, samples) ->
            input.get(0) == PROBE
                ? new float[] {PROBE + 1, 0}
                : new float[] {Float.POSITIVE_INFINITY, 0});
    lane.submit(input(InputKind.IMAGES, 1)).exceptionally(e -> null).join();

    Eventually.becomes(() -> faults.stream().anyMatch(LaneFault::sticky));

    assertThat(lane.fault()).map(LaneFault::reason).contains(FaultReason.WRONG_ANSWER);
  }

  @Test
  void nonFiniteLogitsOfATensorAreNotAFault() {
    Lane lane = watched(List.of(first), NEVER, NEVER);
    first.answerWith(Float.NaN);

    assertThat(lane.submit(input(InputKind.NORMALISED, 1)).join()).containsOnly(Float.NaN);

    first.repair();
    assertThat(lane.submit(input(InputKind.IMAGES, 5)).join()).containsExactly(5, 0);
    assertThat(lane.fault()).isEmpty();
  }

  @Test
  void wrongAnswerOfOneWorkerIsFoundWithoutTraffic() {
    Lane lane = watched(List.of(first, second), OFTEN, NEVER);
    second.answerWith(0.5f);

    Eventually.becomes(() -> !faults.isEmpty());

    assertThat(faults).extracting(LaneFault::reason).containsExactly(FaultReason.WRONG_ANSWER);
    assertThat(faults).allMatch(LaneFault::sticky).allMatch(f -> f.detail().contains("probe"));
    assertThatThrownBy(() -> lane.submit(input(InputKind.IMAGES, 1)))
        .has(code(ErrorCode.NOT_READY));
  }

  @Test
  void overdueProbePrecedesWaitingWork() {
    Lane lane = watched(List.of(first), OFTEN, NEVER);
    first.answerWith(0.5f);
    List<CompletableFuture<float[]>> answers = new ArrayList<>();

    while (lane.fault().isEmpty()) { // work waits all the time
      try {
        answers.add(lane.submit(input(InputKind.IMAGES, 1)));
      } catch (ServiceException e) {
        e.rethrowUnless(ErrorCode.QUEUE_FULL, ErrorCode.NOT_READY);
        Thread.onSpinWait();
      }
    }

    Eventually.becomes(() -> lane.depth() == 0);
    answers.forEach(answer -> answer.exceptionally(failure -> null).join());
  }

  @Test
  void workThatEndsWhileTheFaultListenerRunsFails() throws InterruptedException {
    CountDownLatch telling = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    device.permits.drainPermits();
    second.become(
        (healthy, kind, input, samples) -> {
          Eventually.becomes(() -> device.entered.getCount() == 0); // both workers compute
          throw ENGINE_FAILURE.error("CUDA error: unspecified");
        });
    Lane lane = open(List.of(first, second));
    lane.watch(
        List.of(new Probe(input(InputKind.IMAGES, PROBE), logits -> {})),
        NEVER,
        NEVER,
        fault -> {
          telling.countDown();
          Eventually.becomes(() -> answered.getCount() == 0);
        });
    List<CompletableFuture<float[]>> answers =
        List.of(lane.submit(input(InputKind.IMAGES, 1)), lane.submit(input(InputKind.IMAGES, 2)));
    device.entered.await();
    telling.await();

    device.permits.release(PLENTY);

    Eventually.becomes(() -> answers.stream().anyMatch(CompletableFuture::isDone));
    answered.countDown();
    Eventually.becomes(() -> answers.stream().allMatch(CompletableFuture::isDone));
    assertThat(answers).allMatch(CompletableFuture::isCompletedExceptionally);
  }

  @Test
  void closedLaneLeavesNoThread() {
    for (int swap = 0; swap < 100; swap++) {
      watched(List.of(first, second), OFTEN, NEVER).close();
    }

    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("lane-test", "lane-test-2", "watch-test");
  }

  @Test
  void workerThatCannotStartIsAFault() {
    Lane lane = open(List.of(new Unattachable()));

    Eventually.becomes(() -> lane.fault().isPresent());

    assertThatThrownBy(() -> lane.submit(input(InputKind.IMAGES, 1)))
        .has(code(ErrorCode.NOT_READY))
        .hasMessageContaining("thread")
        .hasMessageContaining("no such device");
  }

  private static final class Unattachable implements ModelInstance {
    @Override
    public void attachToThread() {
      throw new IllegalStateException("no such device");
    }

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      throw new IllegalStateException("not attached");
    }

    @Override
    public void close() {}
  }
}
