package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/**
 * One part of the long drill: its seed, its size and its time. Reads the system properties {@code
 * drill.seed}, {@code drill.PART} (how many) and {@code drill.minutes} (the longest time of the
 * part).
 */
final class Drill {

  private final String part;
  private final long seed;
  private final int count;
  private final long started = System.nanoTime();
  private final Duration longest;

  private Drill(String part, long seed, int count, Duration longest) {
    this.part = part;
    this.seed = seed;
    this.count = count;
    this.longest = longest;
  }

  /**
   * Starts the clock of a part and prints its seed.
   *
   * @param count how many by default
   * @param minutes longest time by default
   */
  static Drill start(String part, int count, long minutes) {
    Drill drill =
        new Drill(
            part,
            Long.getLong("drill.seed", System.nanoTime()),
            Integer.getInteger("drill." + part, count),
            Duration.ofMinutes(Long.getLong("drill.minutes", minutes)));
    System.out.printf("drill %s: %d with seed %d%n", part, drill.count, drill.seed);
    return drill;
  }

  long seed() {
    return seed;
  }

  int count() {
    return count;
  }

  /** Returns whether there is more to do, and time for it. */
  boolean continuesAfter(int done) {
    return done < count && elapsed().compareTo(longest) < 0;
  }

  /**
   * Prints the summary and fails if the time was too short.
   *
   * @param facts what was observed, as text
   */
  void end(int done, String facts) {
    System.out.printf(
        "drill %s: seed %d, %d of %d in %d s: %s%n",
        part, seed, done, count, elapsed().toSeconds(), facts);
    assertThat(done).as("done within %s; drill.minutes sets the time", longest).isEqualTo(count);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}
