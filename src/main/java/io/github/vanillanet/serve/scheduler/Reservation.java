package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import java.util.concurrent.CompletableFuture;

/**
 * Room in a lane's queue, held while the input is prepared. Submit it once or close it. Used by one
 * thread.
 */
public final class Reservation implements AutoCloseable {

  final LaneQueue queue;
  final int images;
  final Deadline deadline;
  final long reservedAt; // on the scheduler's ticker
  final long likelyNanos; // expected until the answer, without margin; 0 before any measurement

  private final Scheduler scheduler;
  private boolean used;

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
   * @return the answer, completed on a worker thread; {@code DEADLINE_EXCEEDED} if the work is
   *     dropped. Cancel it to withdraw the work.
   * @throws ServiceException {@code NOT_READY} if the lane is closing or out of service
   */
  public CompletableFuture<LaneAnswer> submit(ModelInput input) {
    if (used || input.samples() > images) {
      throw new IllegalStateException(
          "Expected an unused reservation for %d images, has %d and used=%s"
              .formatted(input.samples(), images, used));
    }
    used = true;
    return scheduler.submit(this, input);
  }

  /** Returns the room if it was not used. */
  @Override
  public void close() {
    if (!used) {
      used = true;
      scheduler.release(this);
    }
  }
}
