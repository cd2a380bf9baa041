package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;

/**
 * How long a lane's work takes, learnt from what it did. An image takes from when its thread was
 * free for it until the thread is free again: beside the forward that has in it what else the
 * processor had to do meanwhile, so the sum of many is when they are done. Thread-safe.
 */
final class ServiceTime {

  private final boolean combines;
  private final MovingAverage image;
  private final MovingAverage forward;

  /**
   * @param combines true if a forward may hold several requests: then a lone one may have to wait
   *     for a full one
   */
  ServiceTime(boolean combines, Ticker ticker) {
    this.combines = combines;
    this.image = new MovingAverage(ticker);
    this.forward = new MovingAverage(ticker);
  }

  /** Forgets everything for the time that one image takes. */
  void restart(long nanos) {
    image.restart(nanos);
    forward.restart(nanos);
  }

  /** One forward by itself. */
  void computed(long nanos) {
    forward.add(nanos);
  }

  /** Work from beginning to end. */
  void done(int images, long nanos) {
    image.add((double) nanos / images);
  }

  double imageNanos() {
    return image.nanos();
  }

  double nanos(int images) {
    double alone = images * image.nanos();
    return combines ? Math.max(alone, forward.nanos()) : alone;
  }
}
