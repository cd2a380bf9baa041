package io.github.vanillanet.serve.api.call;

import io.github.vanillanet.base.timing.Millis;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.Timings;

/**
 * The header {@code Server-Timing}: every stage with its milliseconds, zero if it was not passed.
 *
 * @see <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>
 */
final class ServerTiming {

  private ServerTiming() {}

  static String of(Timings timings) {
    StringBuilder text = new StringBuilder(128);
    for (Stage stage : Stage.values()) {
      text.append(text.isEmpty() ? "" : ", ").append(stage.label()).append(";dur=");
      text.append(Millis.of(timings.of(stage).toNanos(), 3));
    }
    return text.toString();
  }
}
