package io.github.vanillanet.base.timing;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Decides when work that failed is tried again: after 2 s at first, then after a delay that doubles
 * up to 64 s, and at once if its input has changed. Not thread-safe.
 *
 * @param <K> names the work
 * @param <I> input of the work
 */
public final class Retries<K, I> {

  private static final Duration FIRST_DELAY = Duration.ofSeconds(2);
  private static final int LONGEST_DELAY_DOUBLINGS = 5; // 64 s

  private final Ticker ticker;
  private final Map<K, Failure<I>> failures = new HashMap<>();

  /**
   * @param retryAt nanoseconds of the ticker
   */
  private record Failure<I>(I input, int count, long retryAt) {}

  public Retries(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Returns whether the work failed with this input and its delay is not over. */
  public boolean mustWait(K work, I input) {
    return failedWith(work, input) && ticker.nanos() - failures.get(work).retryAt() < 0;
  }

  public void failed(K work, I input) {
    int count = failedWith(work, input) ? failures.get(work).count() + 1 : 0;
    long delay = FIRST_DELAY.toNanos() << Math.min(count, LONGEST_DELAY_DOUBLINGS);
    failures.put(work, new Failure<>(input, count, ticker.nanos() + delay));
  }

  public void succeeded(K work) {
    failures.remove(work);
  }

  private boolean failedWith(K work, I input) {
    Failure<I> last = failures.get(work);
    return last != null && last.input().equals(input);
  }
}
