package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.certify.SafetyNet;
import java.time.Duration;

/** The measured cost of a lane's second forwards, which are in float32. Thread-safe. */
final class RecomputationCost {

  /** Weight of one image in the measured share. */
  private static final double WEIGHT = 0.02;

  /**
   * A second forward begins only if the deadline leaves this multiple of its time. An answer after
   * the deadline is worth nothing, and other load can almost double the time of a forward.
   */
  private static final double RESERVE = 1.8;

  final SafetyNet net;
  final int classes;

  private final MovingAverage imageTime;
  private double share; // of all images, guarded by this

  RecomputationCost(Recomputation plan, Ticker ticker) {
    this.net = plan.net();
    this.classes = plan.classes();
    this.imageTime = new MovingAverage(ticker);
    this.imageTime.restart(plan.oneImage().toNanos());
    this.share = plan.expectedShare();
  }

  /** Expected time of second forwards for {@code images}, all of which need one. */
  double nanos(int images) {
    return images * imageTime.nanos();
  }

  /**
   * Expected time of second forwards per image of a request: the share of them times their time.
   */
  synchronized double shareNanos() {
    return share * imageTime.nanos();
  }

  /** The time that a deadline must leave for second forwards of {@code images}. */
  Duration needed(int images) {
    return Duration.ofNanos(Math.round(RESERVE * nanos(images)));
  }

  /**
   * Learns from a batch.
   *
   * @param recomputed images of the batch that had a second forward
   * @param nanos that these took together
   */
  synchronized void learn(int images, int recomputed, long nanos) {
    double kept = Math.pow(1 - WEIGHT, images);
    share = kept * share + (1 - kept) * recomputed / images;
    if (recomputed > 0) {
      imageTime.add((double) nanos / recomputed);
    }
  }
}
