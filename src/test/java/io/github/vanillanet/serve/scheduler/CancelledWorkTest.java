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
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Work that is cancelled or expires before its answer is computed. */
class CancelledWorkTest {

  private static final int PLENTY = 1 << 20;
  private static final int CAPACITY = 3;
  private static final Duration FORWARD = Duration.ofMillis(10);

  private final ManualTicker ticker = new ManualTicker();
  private final Scheduler scheduler = new Scheduler(ticker);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ServingMetrics metrics = new ServingMetrics(registry);
  private final FakeInstance instance = new FakeInstance(0);
  private final Lane lane = lane("net", List.of(instance));

  @AfterEach
  void close() {
    release();
    lane.close();
  }

  @Test
  void cancelledWorkLeavesTheQueueAtOnce() throws InterruptedException {
    occupy();
    CompletableFuture<float[]> given = lane.submit(input(CAPACITY));
    assertThatThrownBy(() -> lane.submit(input(1))).has(code(ErrorCode.QUEUE_FULL));

    given.cancel(false); // while the only worker is busy

    assertThat(lane.depth()).isZero();
    CompletableFuture<float[]> next = lane.submit(input(CAPACITY));
    release();
    next.join();
    lane.close();
    assertThat(instance.forwards).containsExactly(1, CAPACITY);
  }

  @Test
  void timeInTheQueueOfDroppedWorkIsMeasured() throws InterruptedException {
    Timer waited = registry.get("vanillanet.stage").tags("stage", "queue").timer();
    occupy();
    CompletableFuture<float[]> left = lane.submit(input(1));
    CompletableFuture<float[]> late;
    try (Reservation reservation = lane.reserve(1, within(Duration.ofMillis(60)))) {
      late = reservation.submit(input(1));
    }
    ticker.advance(Duration.ofMillis(7));

    left.cancel(false);
    assertThat(waited.count()).isEqualTo(1);
    assertThat(waited.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(7);

    ticker.advance(Duration.ofMillis(53));
    release();
    assertThatThrownBy(late::join).has(causeCode(ErrorCode.DEADLINE_EXCEEDED));
    assertThat(waited.count()).isEqualTo(2);
    assertThat(waited.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(67);
  }

  @Test
  void onlyLateWorkIncreasesTheMargin() throws InterruptedException {
    occupy();
    CompletableFuture<float[]> left = lane.submit(input(1));
    CompletableFuture<float[]> late;
    try (Reservation reservation = lane.reserve(1, within(Duration.ofMillis(200)))) {
      late = reservation.submit(input(1));
    }

    ticker.advance(Duration.ofMillis(199));
    left.cancel(false);
    assertThat(lane.estimate(1).margin())
        .as("80 % of the waiting work, and a probe")
        .isEqualTo(Duration.ofMillis(18));
    ticker.advance(Duration.ofMillis(1));
    late.cancel(false);
    assertThat(lane.estimate(1).margin().toMillis())
        .as("30 ms took 170 ms longer, so 10 ms may take 57 ms longer")
        .isEqualTo(56);
  }

  @Test
  void restOfACancelledLargeWorkIsNotComputed() throws InterruptedException {
    CompletableFuture<float[]> large = lane.submit(input(20));
    instance.entered.await();
    CompletableFuture<float[]> next = lane.submit(input(1));

    large.cancel(false);
    release();

    next.join();
    lane.close();
    assertThat(instance.forwards).containsExactly(8, 1);
  }

  @Test
  void restOfALateLargeWorkIsNotComputed() throws InterruptedException {
    CompletableFuture<float[]> large;
    try (Reservation reservation = lane.reserve(20, within(Duration.ofMillis(250)))) {
      large = reservation.submit(input(20));
    }
    instance.entered.await();
    ticker.advance(Duration.ofMillis(130)); // 120 ms are needed for the other twelve images
    release();

    assertThatThrownBy(large::join)
        .has(causeCode(ErrorCode.DEADLINE_EXCEEDED))
        .hasMessageContaining("the budget of 250.0 ms");
    lane.close();
    assertThat(instance.forwards).containsExactly(8);
    assertThat(lane.estimate(1).forward())
        .as("estimated from the eight images")
        .isGreaterThan(FORWARD);
  }

  @Test
  void closingLaneDoesNotWaitForCancelledWork() throws InterruptedException {
    Lane other = lane("other", List.of(new FakeInstance(PLENTY)));
    occupy(); // the place of both lanes
    CompletableFuture<float[]> last = other.submit(input(1));
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(() -> other.close(Duration.ofDays(1)));
    Eventually.becomes(() -> rejects(other));

    last.cancel(false);

    assertThat(closing).succeedsWithin(Duration.ofMinutes(1));
  }

  private static boolean rejects(Lane lane) {
    try {
      lane.reserve(1, Deadline.never()).close();
      return false;
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.NOT_READY);
      return true;
    }
  }

  private void occupy() throws InterruptedException {
    lane.submit(input(1));
    instance.entered.await();
  }

  private void release() {
    instance.permits.release(PLENTY);
  }

  private Lane lane(String name, List<ModelInstance> instances) {
    LaneSettings settings = new LaneSettings(CAPACITY, BatchPolicy.single(), scheduler);
    Lane lane = new Lane(name, instances, settings, metrics.version(name, 1, "cpu"));
    lane.open(FORWARD);
    return lane;
  }

  private Deadline within(Duration budget) {
    return Deadline.after(ticker, ticker.nanos(), budget);
  }

  private static ModelInput input(int samples) {
    return new ModelInput(InputKind.IMAGES, samples, ByteBuffer.allocate(4 * samples));
  }
}
