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
   * An image waits behind one that arrived up to this many times its work later, if that one has no
   * work at all. A small photo passes many large ones; none of them waits longer than 50 s for it.
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

  /** How long permits were held until they were returned, in seconds. */
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
