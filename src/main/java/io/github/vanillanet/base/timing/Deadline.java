package io.github.vanillanet.base.timing;

import java.time.Duration;

/** The moment by which an answer is wanted, if there is one. Immutable. */
public final class Deadline {

  private static final Deadline NEVER = new Deadline(() -> 0, 0, Long.MAX_VALUE);

  /** Longer budgets mean no deadline; a century of nanoseconds still fits a long. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final Ticker ticker;
  private final long start;
  private final long budgetNanos;

  private Deadline(Ticker ticker, long start, long budgetNanos) {
    this.ticker = ticker;
    this.start = start;
    this.budgetNanos = budgetNanos;
  }

  /** No deadline. */
  public static Deadline never() {
    return NEVER;
  }

  /**
   * @param start of the budget, as {@code ticker} told it
   */
  public static Deadline after(Ticker ticker, long start, Duration budget) {
    return budget.compareTo(LONGEST) >= 0 ? NEVER : new Deadline(ticker, start, budget.toNanos());
  }

  /** What is left of the budget; negative once it is over. */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  private long remainingNanos() {
    return budgetNanos - (ticker.nanos() - start);
  }

  public boolean passed() {
    return remainingNanos() <= 0;
  }

  /** True if work of that length, begun now, ends in time. */
  public boolean allows(Duration work) {
    return remainingNanos() > work.toNanos();
  }

  public boolean exists() {
    return budgetNanos != Long.MAX_VALUE;
  }

  /** The whole budget, as a message tells it. */
  @Override
  public String toString() {
    return exists() ? Millis.of(budgetNanos, 1) + " ms" : "no deadline";
  }

  /** The deadline of what must leave so much time to something else. */
  public Deadline less(Duration other) {
    return exists() ? new Deadline(ticker, start, budgetNanos - other.toNanos()) : this;
  }

  /** The earlier of the two. */
  public Deadline sooner(Deadline other) {
    return remainingNanos() <= other.remainingNanos() ? this : other;
  }
}
