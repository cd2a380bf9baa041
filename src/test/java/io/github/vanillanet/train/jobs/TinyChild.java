package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** The process of a job that does what the member {@code act} of its specification says. */
final class TinyChild {

  private static final long STEP_NANOS = 5_000_000;

  /** File that says that the process can get a signal. */
  static final String READY = "ready";

  private TinyChild() {}

  public static void main(String... arguments) throws Exception {
    JobSession session = JobSession.open(Path.of(arguments[0]));
    session.folder().progress().append(Progress.of(Instant.EPOCH, "train", 0, 1, 0, 1));
    switch (session.folder().readSpec().path("act").asText()) {
      case "publish" -> session.folder().writeOutcome(Outcomes.published("tiny", 7));
      case "crash" -> throw new IllegalStateException("the disk is full");
      case "resume" -> resume(session);
      default -> {
        while (!session.mustStop()) {
          LockSupport.parkNanos(STEP_NANOS);
        }
        System.exit(JobSession.STOPPED);
      }
    }
  }

  /** Works until a signal, then writes a checkpoint. With a checkpoint, it publishes. */
  private static void resume(JobSession session) throws IOException {
    session.stopAtShutdown();
    Path checkpoint = session.folder().checkpoints().resolve("last");
    if (Files.exists(checkpoint)) {
      session.folder().writeOutcome(Outcomes.published("tiny", 7));
      return;
    }
    Files.writeString(session.folder().path().resolve(READY), "");
    while (!session.mustStop()) {
      LockSupport.parkNanos(STEP_NANOS);
    }
    LockSupport.parkNanos(40 * STEP_NANOS); // the rest of the step
    Files.writeString(checkpoint, "weights");
    session.close();
    System.exit(JobSession.STOPPED);
  }
}
