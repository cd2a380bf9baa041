package io.github.vanillanet.serve.inference;

import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Free permits, and the images that have none yet. Unlike a semaphore's, a place in it can be
 * cancelled by another thread. {@link ImagePreparation} guards all fields by the instance.
 */
final class DecodeLine {

  final Queue<Waiting> waiting = new PriorityQueue<>();
  int free; // 0 while the queue is not empty
  long requests;

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
