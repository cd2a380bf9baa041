package io.github.vanillanet.train.loop;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and when a run is saved. Every epoch's end is saved besides.
 *
 * @param file replaced each time
 * @param everySteps within an epoch; 0 for never
 * @param every within an epoch; zero for never
 */
public record CheckpointPolicy(Path file, int everySteps, Duration every) {

  boolean due(int step, Duration sinceLast) {
    return (everySteps > 0 && step % everySteps == 0)
        || (!every.isZero() && sinceLast.compareTo(every) >= 0);
  }
}
