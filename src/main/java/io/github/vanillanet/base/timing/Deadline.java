package io.github.vanillanet.base.timing;

import java.time.Duration;

/** The time by which an answer is due, or no deadline. Immutable. */
public final class Deadline {

  private static final Deadline NEVER = new Deadline(() -> 0, 0, Long.MAX_VALUE);

  /** Longer budgets mean no deadline. A century in nanoseconds fits a long. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final Ticker ticker;
  private final long start;
  private final long budgetNanos;

  private Deadline(Ticker ticker, long start, long budgetNanos) {
    this.ticker = ticker;
    this.start = start;
    this.budgetNanos = budgetNanos;
  }

  public static Deadline never() {
    return NEVER;
  }

  /**
   * @param start of the budget, in {@code ticker} nanoseconds
   */
  public static Deadline after(Ticker ticker, long start, Duration budget) {
    return budget.compareTo(LONGEST) >= 0 ? NEVER : new Deadline(ticker, start, budget.toNanos());
  }

  /** The remaining budget; negative after the deadline. */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  private long remainingNanos() {
    return budgetNanos - (ticker.nanos() - start);
  }

  public boolean passed() {
    return budgetNanos <= ticker.nanos() - start;
  }

  /** Returns whether work of this duration ends in time if it starts now. */
  public boolean allows(Duration work) {
    return budgetNanos - (ticker.nanos() - start) > work.toNanos();
  }

  public boolean exists() {
    return budgetNanos != Long.MAX_VALUE;
  }

  /** The whole budget, for messages. */
  @Override
  public String toString() {
    return exists() ? Millis.of(budgetNanos, 1) + " ms" : "no deadline";
  }

  /** An earlier deadline, which leaves time for other work. */
  public Deadline less(Duration other) {
    return this == NEVER ? this : new Deadline(ticker, start, budgetNanos - other.toNanos());
  }

  public Deadline sooner(Deadline other) {
    return remainingNanos() <= other.remainingNanos() ? this : other;
  }
}
