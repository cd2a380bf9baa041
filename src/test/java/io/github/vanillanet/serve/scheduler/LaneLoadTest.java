package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.Failures.causeCode;
import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reservations, estimates, deadlines and batches on a busy device. */
class LaneLoadTest {

  private static final int PLENTY = 1 << 20;
  private static final Duration FORWARD = Duration.ofMillis(10);

  private final ManualTicker ticker = new ManualTicker();
  private final FakeInstance instance = new FakeInstance(0);
  private Optional<Lane> opened = Optional.empty();

  @AfterEach
  void close() {
    instance.permits.release(PLENTY);
    opened.ifPresent(Lane::close);
  }

  @Test
  void roomIsReservedBeforeTheInputExists() {
    Lane lane = lane(4, BatchPolicy.single());

    try (Reservation held = lane.reserve(3, Deadline.never())) {
      assertThat(lane.estimate(1).room()).isTrue();
      assertThatThrownBy(() -> lane.reserve(2, Deadline.never())).has(code(ErrorCode.QUEUE_FULL));
    }

    assertThat(lane.estimate(4).room()).isTrue();
  }

  @Test
  void rejectionHasTheTimeUntilTheQueueIsEmpty() throws InterruptedException {
    Lane lane = lane(4, BatchPolicy.single());
    lane.submit(input(1));
    instance.entered.await();
    lane.submit(input(4));

    ticker.advance(Duration.ofMillis(4));

    assertThatThrownBy(() -> lane.submit(input(1)))
        .isInstanceOfSatisfying(
            ServiceException.class,
            rejection -> {
              assertThat(rejection.code()).isEqualTo(ErrorCode.QUEUE_FULL);
              assertThat(rejection.retryAfter()).contains(Duration.ofMillis(46));
            });
  }

  @Test
  void workThatWouldBeLateIsRejectedAtOnce() throws InterruptedException {
    Lane lane = lane(64, BatchPolicy.single());
    lane.submit(input(1));
    instance.entered.await();
    lane.submit(input(2));

    assertThat(lane.estimate(1).total())
        .as("four forwards, one probe, and 80 % of the three forwards ahead")
        .isEqualTo(Duration.ofMillis(74));
    assertThatThrownBy(() -> lane.reserve(1, within(Duration.ofMillis(74))))
        .has(code(ErrorCode.DEADLINE_EXCEEDED))
        .hasMessageContaining("about 74.0 ms");
    assertThat(retryAfter(lane, Duration.ofMillis(50))).contains(Duration.ofMillis(24));
    assertThat(retryAfter(lane, Duration.ofMillis(10))).as("shorter than a forward").isEmpty();
    lane.reserve(1, within(Duration.ofMillis(75))).close();
    assertThatThrownBy(() -> lane.reserve(1, within(Duration.ofMillis(75)), Duration.ofMillis(1)))
        .as("with time to prepare the input")
        .hasMessageContaining("about 75.0 ms");
  }

  @Test
  void workThatExpiresInTheQueueIsNotComputed() throws InterruptedException {
    Lane lane = lane(64, BatchPolicy.single());
    lane.submit(input(1));
    instance.entered.await();
    CompletableFuture<float[]> late;
    try (Reservation reservation = lane.reserve(2, within(Duration.ofMillis(50)))) {
      late = reservation.submit(input(2));
    }
    CompletableFuture<float[]> patient = lane.submit(input(1));

    ticker.advance(Duration.ofMillis(60));
    instance.permits.release(PLENTY);

    assertThatThrownBy(late::join).has(causeCode(ErrorCode.DEADLINE_EXCEEDED));
    patient.join();
    lane.close();
    assertThat(instance.forwards).containsExactly(1, 1);
  }

  @Test
  void waitingWorkIsComputedInWarmedUpBatchSizes() throws InterruptedException {
    Lane lane = lane(64, new BatchPolicy(8, Duration.ZERO));
    CompletableFuture<float[]> lone = lane.submit(input(1));
    instance.entered.await();
    List<CompletableFuture<float[]>> waiting = new ArrayList<>();
    for (int i = 0; i < 13; i++) {
      waiting.add(lane.submit(input(1, i)));
    }

    instance.permits.release(PLENTY);

    assertThat(lone.join()).hasSize(2);
    for (int i = 0; i < 13; i++) {
      assertThat(waiting.get(i).join()).hasSize(2).startsWith(i);
    }
    lane.close();
    assertThat(instance.forwards).containsExactly(1, 8, 4, 1);
  }

  @Test
  void fullBatchIsNotHeldBack() {
    instance.permits.release(PLENTY);
    Lane lane = lane(64, new BatchPolicy(2, Duration.ofDays(1)));

    CompletableFuture<float[]> first = lane.submit(input(1));
    CompletableFuture<float[]> second = lane.submit(input(1));

    CompletableFuture.allOf(first, second).join();
    lane.close();
    assertThat(instance.forwards).containsExactly(2);
  }

  @Test
  void workWithADeadlineIsHeldBackForHalfOfItsSpareTime() throws InterruptedException {
    instance.permits.release(PLENTY);
    Lane lane = lane(64, new BatchPolicy(8, Duration.ofDays(1)));
    CompletableFuture<float[]> withDeadline;
    try (Reservation reservation = lane.reserve(1, within(Duration.ofMillis(50)))) {
      withDeadline = reservation.submit(input(1));
    }

    ticker.advance(Duration.ofMillis(19)); // half of the 40 ms that are left after a forward
    Thread.sleep(60); // the worker checks every 20 ms
    assertThat(lane.depth()).isEqualTo(1);
    ticker.advance(Duration.ofMillis(1));

    withDeadline.orTimeout(1, TimeUnit.MINUTES).join();
  }

  @Test
  void twoWorkersShareOneQueue() throws InterruptedException {
    FakeInstance other = new FakeInstance(0);
    Lane lane =
        new Lane(
            "test",
            List.of(instance, other),
            new LaneSettings(64, BatchPolicy.single(), new Scheduler(ticker)),
            ServingMetrics.unobserved().version("test", 1, "cpu"));
    opened = Optional.of(lane);

    List<CompletableFuture<float[]>> both = List.of(lane.submit(input(1)), lane.submit(input(1)));
    instance.entered.await(); // both are busy at the same time
    other.entered.await();
    instance.permits.release(PLENTY);
    other.permits.release(PLENTY);

    both.forEach(CompletableFuture::join);
    assertThat(instance.attached.getName()).isEqualTo("lane-test");
    assertThat(other.attached.getName()).isEqualTo("lane-test-2");
  }

  private Lane lane(int capacity, BatchPolicy policy) {
    Lane lane =
        new Lane(
            "test",
            List.of(instance),
            new LaneSettings(capacity, policy, new Scheduler(ticker)),
            ServingMetrics.unobserved().version("test", 1, "cpu"));
    lane.open(FORWARD);
    opened = Optional.of(lane);
    return lane;
  }

  private Optional<Duration> retryAfter(Lane lane, Duration budget) {
    try (Reservation reservation = lane.reserve(1, within(budget))) {
      throw new AssertionError(budget + " is enough");
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.DEADLINE_EXCEEDED);
      return e.retryAfter();
    }
  }

  private Deadline within(Duration budget) {
    return Deadline.after(ticker, ticker.nanos(), budget);
  }

  private static ModelInput input(int samples) {
    return input(samples, 7);
  }

  private static ModelInput input(int samples, int first) {
    ByteBuffer content = ByteBuffer.allocate(4 * samples);
    content.put(0, (byte) first);
    return new ModelInput(InputKind.IMAGES, samples, content);
  }
}
