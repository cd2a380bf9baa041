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

/** What becomes of work when its client leaves, or its time is over, before it is done. */
class GivenUpWorkTest {

  private static final int PLENTY = 1 << 20;
  private static final int CAPACITY = 3;
  private static final Duration FORWARD = Duration.ofMillis(10);

  private final ManualTicker ticker = new ManualTicker();
  private final Scheduler turns = new Scheduler(ticker);
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
  void itsPlaceIsFreeAtOnce() throws InterruptedException {
    occupy();
    CompletableFuture<LaneAnswer> given = lane.submit(input(CAPACITY));
    assertThatThrownBy(() -> lane.submit(input(1))).has(code(ErrorCode.QUEUE_FULL));

    given.cancel(false); // while the only thread is busy

    assertThat(lane.depth()).isZero();
    CompletableFuture<LaneAnswer> next = lane.submit(input(CAPACITY));
    release();
    next.join();
    lane.close();
    assertThat(instance.forwards).containsExactly(1, CAPACITY);
  }

  @Test
  void itsTimeInTheQueueIsMeasured() throws InterruptedException {
    Timer waited = registry.get("vanillanet.stage").tags("stage", "queue").timer();
    occupy();
    CompletableFuture<LaneAnswer> left = lane.submit(input(1));
    CompletableFuture<LaneAnswer> late;
    try (Reservation ticket = lane.reserve(1, within(Duration.ofMillis(60)))) {
      late = ticket.submit(input(1));
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
  void onlyWhatWasLateMakesPromisesLonger() throws InterruptedException {
    occupy();
    CompletableFuture<LaneAnswer> left = lane.submit(input(1));
    CompletableFuture<LaneAnswer> late;
    try (Reservation ticket = lane.reserve(1, within(Duration.ofMillis(200)))) {
      late = ticket.submit(input(1));
    }

    ticker.advance(Duration.ofMillis(199));
    left.cancel(false);
    assertThat(lane.estimate(1).margin())
        .as("80 % of what waits, and a probe")
        .isEqualTo(Duration.ofMillis(18));
    ticker.advance(Duration.ofMillis(1));
    late.cancel(false);
    assertThat(lane.estimate(1).margin().toMillis())
        .as("10 ms may take 17/3 longer, as 30 ms took 200 ms")
        .isEqualTo(56);
  }

  @Test
  void theRestOfALargeOneIsNotComputed() throws InterruptedException {
    CompletableFuture<LaneAnswer> large = lane.submit(input(20));
    instance.entered.await();
    CompletableFuture<LaneAnswer> next = lane.submit(input(1));

    large.cancel(false);
    release();

    next.join();
    lane.close();
    assertThat(instance.forwards).containsExactly(8, 1);
  }

  @Test
  void theRestOfALargeOneThatCannotBeInTimeIsNotComputed() throws InterruptedException {
    CompletableFuture<LaneAnswer> large;
    try (Reservation ticket = lane.reserve(20, within(Duration.ofMillis(250)))) {
      large = ticket.submit(input(20));
    }
    instance.entered.await();
    ticker.advance(Duration.ofMillis(130)); // the other twelve images take 120
    release();

    assertThatThrownBy(large::join)
        .has(causeCode(ErrorCode.DEADLINE_EXCEEDED))
        .hasMessageContaining("the budget of 250.0 ms");
    lane.close();
    assertThat(instance.forwards).containsExactly(8);
    assertThat(lane.estimate(1).forward()).as("learnt from the eight").isGreaterThan(FORWARD);
  }

  @Test
  void aClosingLaneWaitsNoLongerForIt() throws InterruptedException {
    Lane other = lane("other", List.of(new FakeInstance(PLENTY)));
    occupy(); // the place of both
    CompletableFuture<LaneAnswer> last = other.submit(input(1));
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(() -> other.close(Duration.ofDays(1)));
    Eventually.becomes(() -> refuses(other));

    last.cancel(false);

    assertThat(closing).succeedsWithin(Duration.ofMinutes(1));
  }

  private static boolean refuses(Lane lane) {
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
    LaneSettings settings = new LaneSettings(CAPACITY, BatchPolicy.single(), turns);
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
