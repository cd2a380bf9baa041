package io.github.vanillanet.serve.scheduler;

/**
 * Signs of life of one lane thread, and when it is to be probed. The thread writes, the watch
 * reads. Thread-safe.
 */
final class WorkerPulse {

  /** A probe after a hundred times what it takes costs a hundredth of the lane. */
  private static final int REST = 100;

  private boolean busy; // all guarded by this
  private boolean asked;
  private boolean suspect;
  private boolean ended;
  private int images = 1;
  private long beats;
  private long seenBeats;
  private long silentNanos;
  private long probedAt;
  private long probeNanos;

  WorkerPulse(long now) {
    this.probedAt = now;
  }

  /** The thread has something to do. */
  synchronized void awake() {
    busy = true;
    beats++;
  }

  /** The thread begins or ends a forward. */
  synchronized void forward(int samples) {
    images = samples;
    beats++;
  }

  /** The thread waits for work. */
  synchronized void idle() {
    busy = false;
    beats++;
  }

  /** The thread will do nothing any more. */
  synchronized void ended() {
    ended = true;
  }

  /** Something was odd that only a probe explains: the next one comes without the long rest. */
  synchronized void suspect() {
    suspect = true;
  }

  /**
   * True once, when a probe is due; the thread now has one to do.
   *
   * @param interval shortest time between two
   */
  synchronized boolean askIfDue(long now, long interval) {
    if (ended || asked || now - probedAt < rest(interval)) {
      return false;
    }
    asked = true;
    suspect = false;
    return true;
  }

  /**
   * Nanoseconds from one probe to the next.
   *
   * @param interval shortest
   */
  synchronized long rest(long interval) {
    return suspect ? interval : Math.max(interval, REST * probeNanos);
  }

  synchronized void probed(long now, long nanos) {
    asked = false;
    probedAt = now;
    probeNanos = nanos;
  }

  /** Images of the forward that runs or ran last. */
  synchronized int images() {
    return images;
  }

  /**
   * How long the thread has had something to do without a sign of life.
   *
   * @param elapsed since the last call
   */
  synchronized long silence(long elapsed) {
    boolean silent = !ended && busy && beats == seenBeats;
    silentNanos = silent ? silentNanos + elapsed : 0;
    seenBeats = beats;
    return silentNanos;
  }
}
