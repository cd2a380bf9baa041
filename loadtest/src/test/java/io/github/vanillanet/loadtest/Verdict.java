package io.github.vanillanet.loadtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Compares measured ratios with their goals. */
final class Verdict {

  private final List<String> failures = new ArrayList<>();

  Verdict atLeast(String what, double found, double wanted) {
    return report(what, found, found >= wanted, "at least", wanted);
  }

  Verdict atMost(String what, double found, double wanted) {
    return report(what, found, found <= wanted, "at most", wanted);
  }

  private Verdict report(String what, double found, boolean good, String bound, double wanted) {
    String line =
        String.format(
            Locale.ROOT,
            "%s %s: %.3f, %s %.3f",
            good ? "ok  " : "MISS",
            what,
            found,
            bound,
            wanted);
    System.out.println(line);
    if (!good) {
      failures.add(line);
    }
    return this;
  }

  /**
   * Ends the simulation.
   *
   * @throws IllegalStateException if a ratio was missed
   */
  void require() {
    if (!failures.isEmpty()) {
      throw new IllegalStateException(String.join("; ", failures));
    }
  }
}
