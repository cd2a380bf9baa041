package io.github.vanillanet.rest.call;

import io.github.vanillanet.metrics.Stage;
import io.github.vanillanet.metrics.Timings;

/**
 * The header {@code Server-Timing}: every stage with its milliseconds, zero if it was not passed.
 *
 * @see <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>
 */
final class ServerTiming {

  private ServerTiming() {}

  /** By hand: formatting six numbers the usual way takes longer than all the rest of a head. */
  static String of(Timings timings) {
    StringBuilder text = new StringBuilder(128);
    for (Stage stage : Stage.values()) {
      long micros = timings.of(stage).toNanos() / 1000;
      text.append(text.isEmpty() ? "" : ", ").append(stage.label()).append(";dur=");
      text.append(micros / 1000).append('.');
      String decimals = Long.toString(1000 + micros % 1000);
      text.append(decimals, 1, decimals.length());
    }
    return text.toString();
  }
}
