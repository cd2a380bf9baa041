package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.timing.Ticker;
import java.time.Duration;

/**
 * Computes the delay of a rejection. The first ones are sent at once. Above a steady rate each
 * waits a little longer, up to a limit: this slows down clients that retry at once, so that their
 * rejections do not take processor time from accepted work. Thread-safe.
 */
public final class RejectionDelay {

  /** A rejection takes about 0.5 ms of a processor, so 200 in a second take a tenth of it. */
  private static final long INTERVAL_NANOS = Duration.ofMillis(5).toNanos();

  private static final long BURST_NANOS = 50 * INTERVAL_NANOS;

  /** The longest delay: less than a second, the smallest value of Retry-After. */
  private static final long MAX_NANOS = Duration.ofMillis(900).toNanos();

  private final Ticker ticker;
  private long nextDue; // guarded by this

  public RejectionDelay(Ticker ticker) {
    this.ticker = ticker;
    this.nextDue = ticker.nanos() - BURST_NANOS;
  }

  /** The delay of one more rejection. */
  public synchronized Duration next() {
    long now = ticker.nanos();
    long due = Math.max(nextDue, now - BURST_NANOS);
    nextDue = Math.min(due + INTERVAL_NANOS, now + MAX_NANOS);
    return Duration.ofNanos(Math.max(0, due - now));
  }
}
