package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.CLIENT_GONE;
import static io.github.vanillanet.base.error.ErrorCode.DEADLINE_EXCEEDED;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.metrics.Stage;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Limits how many requests decode at once: there are many more request threads than processors, and
 * the lanes need some of these. Requests are served in the order of arrival. Unlike with a
 * semaphore, another thread can cancel a waiting request, which then leaves the line at once.
 * Thread-safe.
 */
final class DecodeGate {

  private final Queue<CompletableFuture<Void>> line = new ArrayDeque<>(); // guarded by this
  private int free; // guarded by this; 0 while the line is not empty

  /**
   * @param decoders requests that may decode at once
   */
  DecodeGate(int decoders) {
    this.free = decoders;
  }

  /** Requests in the line; one that was cancelled is counted until its thread notices. */
  synchronized int waiting() {
    return line.size();
  }

  /**
   * Waits for a permit, as part of the stage {@code QUEUE}, and does the work.
   *
   * @throws ServiceException {@code DEADLINE_EXCEEDED} if there is no permit in time
   * @throws ServiceException {@code CLIENT_GONE} if the client disconnects meanwhile; {@code work}
   *     itself checks for a client that disconnects before or after
   */
  void pass(Call call, Runnable work) {
    CompletableFuture<Void> permit = request();
    if (!permit.isDone()) {
      call.time(Stage.QUEUE, () -> await(call, permit));
    }
    try {
      work.run();
    } finally {
      release();
    }
  }

  private boolean await(Call call, CompletableFuture<Void> permit) {
    call.onAbandon(() -> permit.cancel(false));
    try {
      if (call.deadline().exists()) {
        permit.get(call.deadline().remaining().toNanos(), TimeUnit.NANOSECONDS);
      } else {
        permit.get();
      }
      return true;
    } catch (TimeoutException e) {
      withdraw(permit);
      throw DEADLINE_EXCEEDED.error(
          "the budget of %s ended before a decoder was free", call.deadline());
    } catch (CancellationException e) {
      withdraw(permit);
      throw CLIENT_GONE.error("the client disconnected before a decoder was free");
    } catch (InterruptedException e) {
      withdraw(permit);
      Thread.currentThread().interrupt();
      throw NOT_READY.error("the service is shutting down");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a permit never fails", e);
    }
  }

  /** Completes when its caller has a permit, which may be now. */
  synchronized CompletableFuture<Void> request() {
    CompletableFuture<Void> permit = new CompletableFuture<>();
    if (free > 0) {
      free--;
      permit.complete(null);
    } else {
      line.add(permit);
    }
    return permit;
  }

  /** Leaves the line. A permit that was granted meanwhile goes to the next in line. */
  void withdraw(CompletableFuture<Void> permit) {
    permit.cancel(false);
    synchronized (this) {
      line.remove(permit);
    }
    if (!permit.isCancelled()) {
      release();
    }
  }

  /** Returns a permit. */
  synchronized void release() {
    CompletableFuture<Void> next = line.poll();
    while (next != null && !next.complete(null)) { // cancelled, but not yet removed by its thread
      next = line.poll();
    }
    if (next == null) {
      free++;
    }
  }
}
