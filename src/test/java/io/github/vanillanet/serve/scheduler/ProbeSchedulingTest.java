package io.github.vanillanet.serve.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The probe of one lane at a place that another lane uses. The test plays both workers. */
class ProbeSchedulingTest {

  private static final Duration FORWARD = Duration.ofMillis(100);
  private static final Duration MAX_DELAY = Duration.ofMillis(500);

  private final ManualTicker ticker = new ManualTicker();
  private final Scheduler scheduler = new Scheduler(ticker);
  private final LaneQueue busy = queue("busy");
  private final LaneQueue probed = queue("probed");

  @AfterEach
  void close() {
    scheduler.close(busy);
    scheduler.close(probed);
  }

  @Test
  void dueProbeStartsRightAfterWorkIfNothingWaits() {
    submit(busy);
    assertThat(next(busy).join().batch()).hasSize(1);
    CompletableFuture<Scheduler.Task> probe = nextOfProbed();
    scheduler.requestProbe(probed, 0, MAX_DELAY);
    ticker.advance(FORWARD);
    assertThat(probe).isNotDone();

    next(busy); // the work is done

    assertThat(probe.join().probe()).isTrue();
  }

  @Test
  void dueProbeOfTheSameWorkerStartsRightAfterItsWork() {
    submit(busy);
    next(busy).join();
    scheduler.requestProbe(busy, 0, MAX_DELAY);

    assertThat(next(busy).join().probe()).isTrue();
  }

  @Test
  void dueProbeWaitsForWorkWhileThePlaceIsIdle() {
    CompletableFuture<Scheduler.Task> probe = nextOfProbed();
    scheduler.requestProbe(probed, 0, MAX_DELAY);
    ticker.advance(MAX_DELAY.minusMillis(1));

    submit(busy);

    assertThat(next(busy).join().batch()).hasSize(1);
    assertThat(probe).isNotDone();
  }

  @Test
  void waitingWorkPrecedesAProbeThatIsNotOverdue() {
    submit(busy);
    next(busy).join();
    CompletableFuture<Scheduler.Task> probe = nextOfProbed();
    scheduler.requestProbe(probed, 0, MAX_DELAY);
    submit(busy);

    assertThat(next(busy).join().batch()).hasSize(1);
    assertThat(probe).isNotDone();
  }

  @Test
  void overdueProbePrecedesWaitingWork() {
    CompletableFuture<Scheduler.Task> probe = nextOfProbed();
    scheduler.requestProbe(probed, 0, MAX_DELAY);
    submit(busy);
    next(busy).join();
    submit(busy);
    ticker.advance(MAX_DELAY);

    CompletableFuture<Scheduler.Task> work = next(busy);

    assertThat(probe.join().probe()).isTrue();
    assertThat(work).isNotDone();
    next(probed);
    assertThat(work.join().batch()).hasSize(1);
  }

  @Test
  void overdueProbeStartsWithoutAnyWork() {
    CompletableFuture<Scheduler.Task> probe = nextOfProbed();
    scheduler.requestProbe(probed, 0, Duration.ofMillis(1));

    ticker.advance(Duration.ofMillis(1));

    assertThat(probe.join().probe()).isTrue();
  }

  @Test
  void estimateIncludesDueProbes() {
    assertThat(scheduler.estimate(busy, 1).waiting()).isZero();

    scheduler.requestProbe(probed, 0, MAX_DELAY);

    assertThat(scheduler.estimate(busy, 1).waiting()).isEqualTo(FORWARD);
  }

  private LaneQueue queue(String name) {
    LaneQueue queue =
        scheduler.join(
            name,
            1,
            new LaneSettings(8, BatchPolicy.single(), scheduler),
            ServingMetrics.unobserved().version(name, 1, "cpu"));
    queue.open(new Lane.Opening(FORWARD, BatchPolicy.single(), Optional.empty()));
    return queue;
  }

  private void submit(LaneQueue queue) {
    ModelInput input = new ModelInput(InputKind.IMAGES, 1, ByteBuffer.allocateDirect(1));
    try (Reservation reservation = scheduler.reserve(queue, 1, Deadline.never(), Duration.ZERO)) {
      reservation.submit(input);
    }
  }

  /** The next task of the lane's worker, whose last task is done. */
  private CompletableFuture<Scheduler.Task> next(LaneQueue queue) {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return scheduler.next(queue, 0).orElseThrow();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            task -> new Thread(task).start())
        .orTimeout(1, TimeUnit.MINUTES);
  }

  private CompletableFuture<Scheduler.Task> nextOfProbed() {
    CompletableFuture<Scheduler.Task> task = next(probed);
    Eventually.becomes(
        () ->
            scheduler.depth(probed) == 0
                && probed.workers.get(0).waiting.isPresent()); // depth() takes the lock
    return task;
  }
}
