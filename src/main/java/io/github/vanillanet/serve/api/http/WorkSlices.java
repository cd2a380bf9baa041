package io.github.vanillanet.serve.api.http;

import java.util.concurrent.Semaphore;

/**
 * Limits how many large bodies are inflated and parsed at the same time, so that other requests
 * find an idle processor. Each body gets slices in order of arrival; the first bytes of a body need
 * none. Thread-safe.
 */
final class WorkSlices {

  /** Bytes of a slice, and bytes that need none. Parsing them takes a few milliseconds. */
  static final int BYTES = 512 << 10;

  private final Semaphore running;

  /**
   * @param processors half of them, and at least one, work on large bodies
   */
  WorkSlices(int processors) {
    this.running = new Semaphore(Math.max(1, processors / 2), true);
  }

  Slice slice() {
    return new Slice(running);
  }

  /** Threads that wait for a slice. */
  int waiting() {
    return running.getQueueLength();
  }

  /** The slices of one body. One thread reads; {@link #close} may run on any thread. */
  static final class Slice implements AutoCloseable {

    private final Semaphore running;
    private int left = BYTES; // only the reader uses it
    private boolean held; // guarded by this
    private boolean closed; // guarded by this

    private Slice(Semaphore running) {
      this.running = running;
    }

    /** Waits for the next slice if the last one is used up. */
    void before() {
      if (left > 0) {
        return;
      }
      release();
      running.acquireUninterruptibly();
      synchronized (this) {
        held = true;
        if (closed) { // the request ended meanwhile
          release();
        }
      }
      left = BYTES;
    }

    /** Counts bytes that were read. */
    void after(int bytes) {
      left -= bytes;
    }

    /** Ends the last slice. Idempotent. */
    @Override
    public synchronized void close() {
      closed = true;
      release();
    }

    private synchronized void release() {
      if (held) {
        held = false;
        running.release();
      }
    }
  }
}
