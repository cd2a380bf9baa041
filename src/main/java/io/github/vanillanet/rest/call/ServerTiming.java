package io.github.vanillanet.rest.call;

import io.github.vanillanet.metrics.Stage;
import io.github.vanillanet.metrics.Timings;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The header {@code Server-Timing}: every stage with its milliseconds, zero if it was not passed.
 *
 * @see <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>
 */
final class ServerTiming {

  private ServerTiming() {}

  static String of(Timings timings) {
    return Arrays.stream(Stage.values())
        .map(
            stage ->
                String.format(
                    Locale.ROOT, "%s;dur=%.3f", stage.label(), timings.of(stage).toNanos() / 1e6))
        .collect(Collectors.joining(", "));
  }
}
