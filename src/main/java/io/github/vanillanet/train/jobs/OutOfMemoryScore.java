package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The score by which Linux selects the process to kill when memory runs out. A job raises its own
 * score, which needs no privilege, so that Linux kills the job instead of the service.
 */
public final class OutOfMemoryScore {

  private static final Path OWN = Path.of("/proc/self/oom_score_adj");

  private OutOfMemoryScore() {}

  /** Makes Linux prefer to kill this process. Does nothing on other systems. */
  public static void raise() {
    try {
      if (Files.isWritable(OWN)) {
        Files.writeString(OWN, "800");
      }
    } catch (IOException e) {
      // a container may forbid it; the job runs without it
    }
  }
}
