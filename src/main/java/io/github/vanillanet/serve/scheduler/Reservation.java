package io.github.vanillanet.serve.scheduler;

import java.util.concurrent.CompletableFuture;

/**
 * Room in a lane's queue, held while its owner still prepares the input. Redeem it once, or close
 * it. Of one thread.
 */
public final class Reservation implements AutoCloseable {

  private final LaneQueue queue;
  private final int images;
  private final Promise promise;
  private boolean used;

  Reservation(LaneQueue queue, int images, Promise promise) {
    this.queue = queue;
    this.images = images;
    this.promise = promise;
  }

  /**
   * Queues the work that room was reserved for, or less: of several images some may be damaged.
   *
   * @return its answer, completed on the lane's thread, or failed with {@code DEADLINE_EXCEEDED} if
   *     it is dropped; cancel it to give the work up
   * @throws io.github.vanillanet.base.error.ServiceException {@code NOT_READY} if the lane is
   *     closing
   */
  public CompletableFuture<LaneAnswer> submit(ModelInput input) {
    if (used || input.samples() > images) {
      throw new IllegalStateException(
          "a ticket for %d images, used %s, was given %d".formatted(images, used, input.samples()));
    }
    used = true;
    return queue.redeem(images, input, promise);
  }

  /** Gives the room back if it was not used. */
  @Override
  public void close() {
    if (!used) {
      used = true;
      queue.giveBack(images);
    }
  }
}
