package io.github.vanillanet.serve.api.call;

import io.github.vanillanet.base.timing.Ticker;
import java.time.Duration;

/**
 * When a refusal is sent. The first ones at once; beyond a steady rate they are held back, each a
 * little longer, up to a bound: a client that tries again at once is slowed down by its own wait,
 * instead of by the processor time that its refusals would take from accepted work. Thread-safe.
 */
public final class RefusalPace {

  /** A refusal was seen to take 0.5 ms of a processor, once compiled: this is a tenth of one. */
  private static final long INTERVAL_NANOS = Duration.ofMillis(5).toNanos();

  private static final long BURST_NANOS = 50 * INTERVAL_NANOS;

  /** Short of the second that is the least that Retry-After can tell. */
  private static final long LONGEST_NANOS = Duration.ofMillis(900).toNanos();

  private final Ticker ticker;
  private long next; // guarded by this: when the next refusal is due

  public RefusalPace(Ticker ticker) {
    this.ticker = ticker;
    this.next = ticker.nanos() - BURST_NANOS;
  }

  /** How long to hold back one more refusal. */
  public synchronized Duration delay() {
    long now = ticker.nanos();
    long due = Math.max(next, now - BURST_NANOS);
    next = Math.min(due + INTERVAL_NANOS, now + LONGEST_NANOS);
    return Duration.ofNanos(Math.max(0, due - now));
  }
}
