package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.base.error.ErrorCode.DEADLINE_EXCEEDED;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The work of one request: first room in a lane's queue, held while the input is prepared, then the
 * input itself. Submit it once or close it. Used by one thread until it is submitted.
 */
public final class Reservation implements AutoCloseable {

  final LaneQueue queue;
  final Deadline deadline;
  final long reservedAt; // on the scheduler's ticker
  final long likelyNanos; // expected until the answer, without margin; 0 before any measurement
  final CompletableFuture<float[]> answer = new CompletableFuture<>();

  int images; // reserved; once submitted, those of the input
  ModelInput input; // set by submit
  long submittedAt; // set by submit, on the scheduler's ticker
  long recomputedNanos; // spent in second forwards

  private final Scheduler scheduler;
  private boolean used;
  private long queueNanos;
  private long inferNanos;
  private long endedAt; // once there is an answer

  Reservation(
      Scheduler scheduler,
      LaneQueue queue,
      int images,
      Deadline deadline,
      long reservedAt,
      long likelyNanos) {
    this.scheduler = scheduler;
    this.queue = queue;
    this.images = images;
    this.deadline = deadline;
    this.reservedAt = reservedAt;
    this.likelyNanos = likelyNanos;
  }

  /**
   * Queues the work. It may have fewer images than reserved, because some may be damaged.
   *
   * @return a row of class scores for each image, completed on a worker thread; {@code
   *     DEADLINE_EXCEEDED} if the work is dropped. Cancel it to withdraw the work.
   * @throws ServiceException {@code NOT_READY} if the lane is closing or out of service
   */
  public CompletableFuture<float[]> submit(ModelInput input) {
    int samples = input.samples();
    if (used || samples > images) {
      throw new IllegalStateException(
          "Expected an unused reservation for %d images, has %d and used=%s"
              .formatted(samples, images, used));
    }
    used = true;
    this.input = input;
    scheduler.submit(this, samples);
    return answer;
  }

  /** Returns the room if it was not used. */
  @Override
  public void close() {
    if (!used) {
      used = true;
      scheduler.release(this);
    }
  }

  /** Time from submission until a worker took the work. Known once there is an answer. */
  public long queueNanos() {
    return queueNanos;
  }

  /** Time in the engine, with a second forward. Known once there is an answer. */
  public long inferNanos() {
    return inferNanos;
  }

  /** Answers, or fails if the lane has a fault: its thread may still be informing the listener. */
  void complete(float[] rows, long startedAt, long ended) {
    Optional<LaneFault> fault = queue.fault;
    if (fault.isPresent()) {
      answer.completeExceptionally(fault.get().rejection(queue.name));
      return;
    }
    queueNanos = startedAt - submittedAt;
    inferNanos = ended - startedAt;
    endedAt = ended;
    answer.complete(rows);
  }

  /** Time since the reservation, without second forwards, which are optional. */
  long spentNanos(long now) {
    boolean answered = answer.isDone() && !answer.isCompletedExceptionally();
    return (answered ? endedAt : now) - reservedAt - recomputedNanos;
  }

  static int images(List<Reservation> works) {
    int images = 0;
    for (Reservation work : works) {
      images += work.images;
    }
    return images;
  }

  /** True if the answer is not awaited any more or cannot be computed in time. */
  boolean isPointless(double neededNanos) {
    return answer.isDone() || !deadline.allows(Duration.ofNanos(Math.round(neededNanos)));
  }

  /** Fails the work because its deadline cannot be met. */
  void drop() {
    answer.completeExceptionally(
        DEADLINE_EXCEEDED.error(
            "%s: too little is left of the budget of %s", queue.name, deadline));
  }
}
