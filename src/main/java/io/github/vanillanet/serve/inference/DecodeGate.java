package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.metrics.Stage;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Bounds how many requests decode at once: there are many more request threads than processors, and
 * the lanes need some of these. Thread-safe; first come, first served, and who gives up leaves the
 * line at once.
 */
final class DecodeGate {

  private final int width;
  private final Permits permits;

  DecodeGate(int width) {
    this.width = width;
    this.permits = new Permits(width);
  }

  /** Requests that may decode at once. */
  int width() {
    return width;
  }

  /** Requests that wait for their turn, about. */
  int waiting() {
    return permits.waiting();
  }

  /**
   * Waits for its turn, as a part of the stage {@code QUEUE}, and does the work.
   *
   * @throws ServiceException {@code DEADLINE_EXCEEDED} if its turn does not come in time
   * @throws ServiceException {@code CLIENT_GONE} if the client leaves while it waits; whether it
   *     has left before or leaves later is for the work to see
   */
  <T> T pass(Call call, Supplier<T> work) {
    call.clock().time(Stage.QUEUE, () -> enter(call));
    try {
      return work.get();
    } finally {
      permits.release();
    }
  }

  private boolean enter(Call call) {
    CompletableFuture<Void> turn = permits.request();
    if (turn.isDone()) {
      return true;
    }
    call.onAbandon(() -> turn.cancel(false));
    try {
      await(call, turn);
      return true;
    } catch (TimeoutException e) {
      permits.giveUp(turn);
      throw new ServiceException(
          ErrorCode.DEADLINE_EXCEEDED,
          "the budget of %s was spent waiting for a decoder".formatted(call.deadline()));
    } catch (CancellationException e) {
      permits.giveUp(turn);
      throw new ServiceException(
          ErrorCode.CLIENT_GONE, "the client left while it waited for a decoder");
    } catch (InterruptedException e) {
      permits.giveUp(turn);
      Thread.currentThread().interrupt();
      throw new ServiceException(ErrorCode.NOT_READY, "the service is closing");
    }
  }

  private static void await(Call call, CompletableFuture<Void> turn)
      throws InterruptedException, TimeoutException {
    try {
      if (call.deadline().exists()) {
        turn.get(call.deadline().remaining().toNanos(), TimeUnit.NANOSECONDS);
      } else {
        turn.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("turns come or are given up, they do not fail", e);
    }
  }
}
