package io.github.vanillanet.serving;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.metrics.Stage;
import java.util.ArrayDeque;
import java.util.Queue;
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
  private final Queue<CompletableFuture<Void>> line = new ArrayDeque<>(); // guarded by this
  private int free; // guarded by this

  DecodeGate(int permits) {
    this.width = permits;
    this.free = permits;
  }

  /** Requests that may decode at once. */
  int width() {
    return width;
  }

  /** Requests that wait for their turn. */
  synchronized int waiting() {
    return line.size();
  }

  /**
   * Waits for its turn, as a part of the stage {@code QUEUE}, and does the work.
   *
   * @throws ServiceException.DeadlineExceeded if its turn does not come in time
   * @throws ServiceException.ClientGone if the client leaves before its turn comes
   */
  <T> T pass(Call call, Supplier<T> work) {
    call.clock().time(Stage.QUEUE, () -> enter(call));
    try {
      return work.get();
    } finally {
      release();
    }
  }

  private boolean enter(Call call) {
    CompletableFuture<Void> turn = arrive();
    if (turn.isDone()) {
      return true;
    }
    call.onAbandon(() -> turn.cancel(false));
    try {
      await(call, turn);
      return true;
    } catch (TimeoutException e) {
      leave(turn);
      throw new ServiceException.DeadlineExceeded(
          "the budget of %s was spent waiting for a decoder".formatted(call.deadline()));
    } catch (CancellationException e) {
      leave(turn);
      throw new ServiceException.ClientGone("the client left while it waited for a decoder");
    } catch (InterruptedException e) {
      leave(turn);
      Thread.currentThread().interrupt();
      throw new ServiceException.NotReady("the service is closing");
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

  private synchronized CompletableFuture<Void> arrive() {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    if (free > 0) { // then nobody waits
      free--;
      turn.complete(null);
    } else {
      line.add(turn);
    }
    return turn;
  }

  /** A turn that came while it was given up is the next one's. */
  private void leave(CompletableFuture<Void> turn) {
    turn.cancel(false);
    synchronized (this) {
      line.remove(turn);
    }
    if (!turn.isCancelled()) {
      release();
    }
  }

  private synchronized void release() {
    CompletableFuture<Void> next = line.poll();
    while (next != null && !next.complete(null)) {
      next = line.poll();
    }
    if (next == null) {
      free++;
    }
  }
}
