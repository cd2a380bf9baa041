package io.github.vanillanet.train.jobs;

import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;

/** A job's process that does nothing, as its specification's {@code act} tells it. */
final class TinyChild {

  private static final long STEP_NANOS = 5_000_000;

  private TinyChild() {}

  public static void main(String... arguments) throws Exception {
    JobSession session = JobSession.open(Path.of(arguments[0]));
    session.report(Progress.of(Instant.EPOCH, "train", "begun"));
    switch (session.spec().path("act").asText()) {
      case "publish" -> session.finish(Outcome.published("tiny", 7, 0.75, OptionalDouble.of(0.5)));
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
