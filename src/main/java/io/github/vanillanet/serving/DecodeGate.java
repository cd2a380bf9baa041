package io.github.vanillanet.serving;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.metrics.Stage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bounds how many requests decode at once: there are many more request threads than processors, and
 * the lanes need some of these. Thread-safe; first come, first served.
 */
final class DecodeGate {

  private final int width;
  private final Semaphore permits;

  DecodeGate(int permits) {
    this.width = permits;
    this.permits = new Semaphore(permits, true);
  }

  /** Requests that may decode at once. */
  int width() {
    return width;
  }

  /** Requests that wait for their turn, about. */
  int waiting() {
    return permits.getQueueLength();
  }

  /**
   * Waits for its turn, as a part of the stage {@code QUEUE}, and does the work.
   *
   * @throws ServiceException.DeadlineExceeded if its turn does not come in time
   */
  <T> T pass(Call call, Supplier<T> work) {
    call.clock().time(Stage.QUEUE, () -> enter(call));
    try {
      call.requireClient();
      return work.get();
    } finally {
      permits.release();
    }
  }

  private boolean enter(Call call) {
    try {
      if (!call.deadline().exists()) {
        permits.acquire();
      } else if (!permits.tryAcquire(call.deadline().remaining().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new ServiceException.DeadlineExceeded(
            "the budget of %s was spent waiting for a decoder".formatted(call.deadline()));
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServiceException.NotReady("the service is closing");
    }
  }
}
