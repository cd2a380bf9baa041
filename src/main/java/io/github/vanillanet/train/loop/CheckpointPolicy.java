package io.github.vanillanet.train.loop;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The checkpoint file of a run, and how often it is written besides the end of every epoch.
 *
 * @param file replaced each time
 * @param interval between two checkpoints within an epoch; zero for none
 */
public record CheckpointPolicy(Path file, Duration interval) {

  boolean isDue(long millisSinceLast) {
    return !interval.isZero() && millisSinceLast >= interval.toMillis();
  }
}
