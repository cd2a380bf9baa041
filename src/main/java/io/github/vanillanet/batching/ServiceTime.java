package io.github.vanillanet.batching;

import io.github.vanillanet.timing.Ticker;

/** How long a lane's forwards take, learnt from those it did. Thread-safe. */
final class ServiceTime {

  private final boolean combines;
  private final Ewma image;
  private final Ewma forward;

  /**
   * @param combines true if a forward may hold several requests: then a lone one may have to wait
   *     for a full one
   */
  ServiceTime(boolean combines, Ticker ticker) {
    this.combines = combines;
    this.image = new Ewma(ticker);
    this.forward = new Ewma(ticker);
  }

  /** Forgets everything for the time that one image takes. */
  void restart(long nanos) {
    image.restart(nanos);
    forward.restart(nanos);
  }

  void measured(int images, long nanos) {
    image.add((double) nanos / images);
    forward.add(nanos);
  }

  double imageNanos() {
    return image.nanos();
  }

  double nanos(int images) {
    double alone = images * image.nanos();
    return combines ? Math.max(alone, forward.nanos()) : alone;
  }
}
