package io.github.vanillanet.serve.inference;

import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Free permits, and the images that have none yet. Unlike a semaphore's, a place in it can be
 * cancelled by another thread. {@link ImagePreparation} grants and takes permits. The instance
 * guards all fields.
 */
final class DecodeLine {

  /**
   * The order is that of the time of arrival plus this many times the estimated work, so that a
   * small photo passes many large ones. An ordinary image has at most 250 ms of work: it never
   * waits for images that arrive more than 50 s later.
   */
  static final int WORK_WEIGHT = 200;

  final int permits;
  final Queue<Waiting> waiting = new PriorityQueue<>();
  int free; // 0 while the queue is not empty
  long requests;
  long busyNanos;

  DecodeLine(int permits) {
    this.permits = permits;
    this.free = permits;
  }

  /** Images without a permit; one that was cancelled is counted until its thread notices. */
  synchronized int waiting() {
    return waiting.size();
  }

  /** How long the permits were held that have been returned, in seconds. */
  synchronized double busySeconds() {
    return busyNanos / 1e9;
  }

  /** Leaves the line. A permit that was granted meanwhile goes to the next in line. */
  void withdraw(CompletableFuture<Void> permit) {
    permit.cancel(false);
    synchronized (this) {
      waiting.removeIf(one -> one.permit == permit);
    }
    if (!permit.isCancelled()) {
      ImagePreparation.release(this, 0);
    }
  }

  /**
   * An image without a permit.
   *
   * @param due its time of arrival and its work
   * @param request number in the order of arrival
   */
  record Waiting(long due, long request, CompletableFuture<Void> permit)
      implements Comparable<Waiting> {

    @Override
    public int compareTo(Waiting other) {
      long first = due - other.due; // times may overflow
      return first == 0 ? Long.compare(request, other.request) : Long.signum(first);
    }
  }
}
