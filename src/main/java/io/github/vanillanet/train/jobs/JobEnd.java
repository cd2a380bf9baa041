package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.error.ServiceException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/** Derives the state of a job from the end of its process, and installs what it published. */
record JobEnd(Installation installation, Clock clock) {

  private static final int LOG_BYTES = 4 << 10;
  private static final int LOG_LINES = 8;

  /**
   * Takes as long as loading a model if the job has published a version.
   *
   * @param interrupted whether the service stopped, as opposed to the process
   * @param commit called once, right before an outcome takes effect; returns false if the job was
   *     cancelled before
   */
  JobStatus record(
      JobFolder folder, JobStatus before, RunEnd end, boolean interrupted, BooleanSupplier commit) {
    try {
      Optional<Outcome> outcome = folder.readOutcome();
      if (outcome.isPresent()) {
        return withOutcome(folder, outcome.get(), before, end.exitCode(), commit);
      }
    } catch (RuntimeException e) {
      return failed(before, end.exitCode(), "recording its end failed: " + e);
    }
    if (before.cancelRequested()) {
      return cancelled(before, end.exitCode());
    }
    return interrupted ? before.interrupted() : failed(before, end.exitCode(), crash(end, folder));
  }

  JobStatus failed(JobStatus before, OptionalInt exitCode, String reason) {
    return ended(before, JobState.FAILED, exitCode, Optional.of(reason));
  }

  private JobStatus ended(
      JobStatus before, JobState state, OptionalInt exitCode, Optional<String> reason) {
    return before.ended(state, clock.instant(), exitCode, reason);
  }

  JobStatus cancelled(JobStatus before, OptionalInt exitCode) {
    return ended(before, JobState.CANCELLED, exitCode, Optional.empty());
  }

  private JobStatus withOutcome(
      JobFolder folder,
      Outcome outcome,
      JobStatus before,
      OptionalInt exitCode,
      BooleanSupplier commit) {
    String model = outcome.model().orElse("");
    int version = outcome.version().orElse(0);
    try {
      boolean kept =
          outcome.activated().orElse(false) && !before.cancelRequested()
              ? installation.activate(model, version, commit)
              : commit.getAsBoolean();
      if (!kept) {
        if (outcome.result() == Outcome.Result.PUBLISHED) {
          installation.delete(model, version);
        }
        folder.deleteOutcome();
        return cancelled(before, exitCode);
      }
    } catch (ServiceException e) {
      String reason =
          "%s/%d is published but could not be brought into service: %s"
              .formatted(model, version, e.getMessage());
      folder.writeOutcome(outcome.notActivated(reason));
      return failed(before, exitCode, reason);
    }
    JobState state =
        switch (outcome.result()) {
          case PUBLISHED, PLANNED -> JobState.SUCCEEDED;
          case REJECTED -> JobState.REJECTED;
          case FAILED -> JobState.FAILED;
        };
    return ended(before, state, exitCode, outcome.reason());
  }

  private static String crash(RunEnd end, JobFolder folder) {
    String reason = end.reason().orElseGet(() -> describe(end.exitCode()));
    List<String> log =
        FileTail.read(folder.log(), 0, LOG_BYTES)
            .text()
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    return log.isEmpty()
        ? reason
        : reason
            + "; last lines of its log:\n"
            + String.join("\n", log.subList(Math.max(0, log.size() - LOG_LINES), log.size()));
  }

  private static String describe(OptionalInt exitCode) {
    return exitCode.isPresent()
        ? "the process ended with exit code %d%s and without an outcome"
            .formatted(exitCode.getAsInt(), meaning(exitCode.getAsInt()))
        : "the process ended without an outcome";
  }

  private static String meaning(int exitCode) {
    return switch (exitCode) {
      case 3 -> " (out of heap memory)";
      case 134, 139 -> " (a fault in native code)";
      case 137 -> " (killed, possibly because the machine ran out of memory)";
      case 143 -> " (terminated)";
      case JobSession.STOPPED -> " (stopped)";
      default -> "";
    };
  }
}
