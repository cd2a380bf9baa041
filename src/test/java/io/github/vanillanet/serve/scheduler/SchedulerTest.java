package io.github.vanillanet.serve.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two models at one place. The test controls when a forward ends. */
class SchedulerTest {

  private static final int PLENTY = 1 << 20;
  private static final Duration SHORT = Duration.ofMillis(10);
  private static final Duration LONG = Duration.ofMillis(100);

  private final ManualTicker ticker = new ManualTicker();
  private final Scheduler scheduler = new Scheduler(ticker);
  private final FakeInstance shallow = new FakeInstance(0);
  private final FakeInstance deep = new FakeInstance(0);
  private final Lane fast = lane("fast", shallow, SHORT);
  private final Lane slow = lane("slow", deep, LONG);

  @AfterEach
  void close() {
    shallow.permits.release(PLENTY);
    deep.permits.release(PLENTY);
    fast.close();
    slow.close();
  }

  @Test
  void oneForwardRunsAtATimeAndTheOldestWorkIsFirst() throws InterruptedException {
    Eventually.becomes(() -> shallow.attached != null && deep.attached != null);
    List<String> order = new ArrayList<>(); // written by the worker that computes
    CompletableFuture<float[]> first = submit(fast, "fast 1", order);
    shallow.entered.await();
    submit(slow, "slow 1", order);
    ticker.advance(Duration.ofMillis(1));
    submit(fast, "fast 2", order);
    ticker.advance(Duration.ofMillis(1));
    CompletableFuture<float[]> last = submit(slow, "slow 2", order);
    shallow.permits.release(PLENTY); // without the scheduler, "fast 2" would end now

    first.join();
    deep.entered.await();
    assertThat(order).containsExactly("fast 1");
    deep.permits.release(PLENTY);

    last.join();
    assertThat(order).containsExactly("fast 1", "slow 1", "fast 2", "slow 2");
  }

  @Test
  void estimateIncludesTheWorkOfOtherLanes() throws InterruptedException {
    slow.submit(input());
    deep.entered.await();
    ticker.advance(Duration.ofMillis(40));
    slow.submit(input());
    try (Reservation held = slow.reserve(1, Deadline.never())) {
      assertThat(fast.estimate(1).waiting()).isEqualTo(Duration.ofMillis(60 + 100 + 100));
      assertThat(slow.estimate(1).waiting()).isEqualTo(Duration.ofMillis(60 + 100 + 100));
    }
  }

  @Test
  void timeIsMeasuredFromWhenThePlaceIsFree() throws InterruptedException {
    CompletableFuture<float[]> before = slow.submit(input());
    deep.entered.await();
    CompletableFuture<float[]> after = fast.submit(input());
    ticker.advance(LONG);
    deep.permits.release(PLENTY);
    before.join();
    shallow.entered.await();
    ticker.advance(SHORT);
    shallow.permits.release(PLENTY);
    after.join();

    assertThat(fast.estimate(1).forward()).isEqualTo(SHORT);
    assertThat(slow.estimate(1).forward()).isEqualTo(LONG);
  }

  @Test
  void lateWorkIncreasesTheMargin() throws InterruptedException {
    assertThat(fast.estimate(1).margin()).isZero();
    CompletableFuture<float[]> late = slow.submit(input());
    deep.entered.await();
    ticker.advance(LONG.multipliedBy(3).dividedBy(2));
    deep.permits.release(PLENTY);
    late.join();
    Eventually.becomes(() -> !fast.estimate(1).margin().isZero()); // updated after the answer

    Lane.Estimate estimate = fast.estimate(1);
    assertThat(estimate.margin().toNanos() / (double) estimate.forward().toNanos())
        .isCloseTo(0.5, within(1e-6));
    ticker.advance(Duration.ofSeconds(30));
    assertThat(fast.estimate(1).margin()).isLessThan(Duration.ofNanos(1000));
  }

  @Test
  void laneOutOfServiceDoesNotBlockOtherLanes() throws InterruptedException {
    watch(slow);
    CompletableFuture<float[]> hung = slow.submit(input());
    deep.entered.await();
    CompletableFuture<float[]> waiting = fast.submit(input());
    shallow.permits.release(PLENTY);
    awaitFault(slow);

    assertThat(slow.fault()).map(LaneFault::reason).contains(FaultReason.HANG);
    assertThat(hung).failsWithin(1, TimeUnit.MINUTES); // shortly after the fault is known
    assertThat(waiting.orTimeout(1, TimeUnit.MINUTES).join()).hasSize(2);
  }

  @Test
  void answerAfterAFaultDoesNotChangeTheMargin() throws InterruptedException {
    watch(slow);
    slow.submit(input());
    deep.entered.await();
    awaitFault(slow);
    deep.permits.release(PLENTY);
    slow.close(); // joins the worker

    assertThat(fast.estimate(1).margin()).isZero();
  }

  private static void watch(Lane lane) {
    lane.watch(List.of(new Probe(input(), logits -> {})), LONG, LONG, fault -> {});
  }

  private void awaitFault(Lane lane) throws InterruptedException {
    while (lane.fault().isEmpty()) { // the monitor ticks ten times a second in real time
      ticker.advance(LONG);
      Thread.sleep(10);
    }
  }

  private Lane lane(String name, FakeInstance instance, Duration forward) {
    LaneSettings settings = new LaneSettings(8, BatchPolicy.single(), scheduler);
    Lane lane =
        new Lane(
            name, List.of(instance), settings, ServingMetrics.unobserved().version(name, 1, "cpu"));
    lane.open(forward);
    return lane;
  }

  private static CompletableFuture<float[]> submit(Lane lane, String name, List<String> order) {
    return lane.submit(input())
        .thenApply(
            answer -> {
              synchronized (order) {
                order.add(name);
              }
              return answer;
            });
  }

  private static ModelInput input() {
    return new ModelInput(InputKind.IMAGES, 1, ByteBuffer.allocateDirect(4));
  }
}
