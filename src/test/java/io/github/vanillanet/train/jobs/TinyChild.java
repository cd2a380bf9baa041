package io.github.vanillanet.train.jobs;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** The process of a job that does what the member {@code act} of its specification says. */
final class TinyChild {

  private static final long STEP_NANOS = 5_000_000;

  private TinyChild() {}

  public static void main(String... arguments) throws Exception {
    JobSession session = JobSession.open(Path.of(arguments[0]));
    session.folder().progress().append(Progress.of(Instant.EPOCH, "train", 0, 1, 0, 1));
    switch (session.folder().readSpec().path("act").asText()) {
      case "publish" -> session.folder().writeOutcome(Outcomes.published("tiny", 7));
      case "crash" -> throw new IllegalStateException("the disk is full");
      default -> {
        while (!session.mustStop()) {
          LockSupport.parkNanos(STEP_NANOS);
        }
        System.exit(JobSession.STOPPED);
      }
    }
  }
}
