package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * When a machine runs out of memory, Linux kills the process with the highest score. A job raises
 * its own, which needs no right, so that it is never the service that dies.
 */
public final class OutOfMemoryScore {

  private static final Path OWN = Path.of("/proc/self/oom_score_adj");
  private static final String FIRST_TO_GO = "800";

  private OutOfMemoryScore() {}

  /**
   * Makes this process a preferred victim, for good.
   *
   * @return false where the system has no such score
   */
  public static boolean raise() {
    try {
      if (!Files.isWritable(OWN)) {
        return false;
      }
      Files.writeString(OWN, FIRST_TO_GO);
      return true;
    } catch (IOException e) {
      return false; // a container may forbid it; the job runs as well without
    }
  }
}
