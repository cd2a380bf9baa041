package io.github.vanillanet.serve.inference;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * A number of permits, first come, first served. Unlike a semaphore's, a place in the line can be
 * given up by another thread than the one that waits: whoever cancels its future does. Thread-safe.
 */
final class Permits {

  private final Queue<CompletableFuture<Void>> line = new ArrayDeque<>(); // guarded by this
  private int free; // guarded by this; none while anybody waits

  Permits(int count) {
    this.free = count;
  }

  /** Is done once its owner has a permit, at once if one is free. */
  synchronized CompletableFuture<Void> request() {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    if (free > 0) {
      free--;
      turn.complete(null);
    } else {
      line.add(turn);
    }
    return turn;
  }

  /** Its owner wants it no more. If it came meanwhile, it is the next one's. */
  void giveUp(CompletableFuture<Void> turn) {
    turn.cancel(false);
    synchronized (this) {
      line.remove(turn);
    }
    if (!turn.isCancelled()) {
      release();
    }
  }

  /** Gives a permit back that somebody had. */
  synchronized void release() {
    CompletableFuture<Void> next = line.poll();
    while (next != null && !next.complete(null)) { // cancelled, and its owner does not know yet
      next = line.poll();
    }
    if (next == null) {
      free++;
    }
  }

  /** Who waits, about: who gives up is counted until its thread knows. */
  synchronized int waiting() {
    return line.size();
  }
}
