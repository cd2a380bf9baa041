package io.github.vanillanet.serve.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a probe is computed, of a lane that shares its place with another one's work. */
class ProbeTurnsTest {

  private static final Duration FORWARD = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final ManualTicker ticker = new ManualTicker();
  private final Scheduler turns = new Scheduler(ticker);
  private final LaneQueue busy = queue("busy");
  private final LaneQueue probed = queue("probed");

  @AfterEach
  void close() {
    busy.close();
    probed.close();
  }

  @Test
  void itComesRightAfterWorkWhenNothingWaits() throws InterruptedException {
    submit(busy);
    assertThat(take(busy).join().batch()).hasSize(1);
    CompletableFuture<LaneDispatch.Taken> probe = take(probed);
    probed.ask(0, PATIENCE);
    ticker.advance(FORWARD);
    assertThat(probe).isNotDone();

    take(busy); // the work is done

    assertThat(probe.join().probe()).isTrue();
  }

  @Test
  void itWaitsForSuchAMomentButNotForEver() {
    ticker.advance(FORWARD); // nothing was computed lately
    CompletableFuture<LaneDispatch.Taken> probe = take(probed);
    probed.ask(0, PATIENCE);
    submit(busy);
    CompletableFuture<LaneDispatch.Taken> work = take(busy);
    assertThat(work.join().batch()).hasSize(1);
    assertThat(probe).isNotDone();

    submit(busy);
    ticker.advance(PATIENCE);
    Eventually.becomes(this::isNeeded); // its thread may only just have begun to wait
    CompletableFuture<LaneDispatch.Taken> next = take(busy);

    assertThat(probe.join().probe()).as("before what waits").isTrue();
    assertThat(next).isNotDone();
    take(probed);
    assertThat(next.join().batch()).hasSize(1);
  }

  @Test
  void itIsPartOfWhatIsExpected() {
    assertThat(busy.estimate(1).waiting()).isZero();

    probed.ask(0, PATIENCE);

    assertThat(busy.estimate(1).waiting()).isEqualTo(FORWARD);
  }

  private boolean isNeeded() {
    turns.lock().lock();
    try {
      return probed.needsProbe(0);
    } finally {
      turns.lock().unlock();
    }
  }

  private LaneQueue queue(String name) {
    ServiceTime times = new ServiceTime(false, ticker);
    times.restart(FORWARD.toNanos());
    return new LaneQueue(
        name,
        1,
        new LaneSettings(8, BatchPolicy.single(), turns),
        times,
        ServingMetrics.unobserved().version(name, 1, "cpu"));
  }

  private void submit(LaneQueue queue) {
    ModelInput input = new ModelInput(InputKind.IMAGES, 1, ByteBuffer.allocateDirect(1));
    try (Reservation ticket = queue.reserve(1, Deadline.never(), Duration.ZERO)) {
      ticket.submit(input);
    }
  }

  /** What the lane's thread would get. */
  private static CompletableFuture<LaneDispatch.Taken> take(LaneQueue queue) {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return queue.take(0).orElseThrow();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            task -> new Thread(task).start())
        .orTimeout(1, TimeUnit.MINUTES);
  }
}
