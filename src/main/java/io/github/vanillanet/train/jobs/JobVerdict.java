package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What has become of a job whose process has ended. */
final class JobVerdict {

  private final Installation installation;
  private final Clock clock;

  JobVerdict(Installation installation, Clock clock) {
    this.installation = installation;
    this.clock = clock;
  }

  /**
   * Brings what was published into service; may take as long as loading a model takes.
   *
   * @param interruption true if it was the service that ended, not the job's process by itself
   */
  JobStatus on(JobFolder folder, JobStatus before, RunEnd end, boolean interruption)
      throws IOException {
    OptionalInt exit = end.exitCode();
    Optional<Outcome> outcome = folder.readOutcome();
    if (outcome.isPresent()) {
      return said(outcome.get(), before, exit);
    }
    if (before.cancelRequested()) {
      return before.ended(JobState.CANCELLED, clock.instant(), exit, Optional.empty());
    }
    if (interruption) {
      return before.interrupted();
    }
    return before.ended(
        JobState.FAILED, clock.instant(), exit, Optional.of(crash(end, LogTail.of(folder.log()))));
  }

  private JobStatus said(Outcome outcome, JobStatus before, OptionalInt exit) {
    JobState state =
        switch (outcome.result()) {
          case PUBLISHED -> JobState.SUCCEEDED;
          case REJECTED -> JobState.REJECTED;
          case FAILED -> JobState.FAILED;
        };
    if (outcome.model().isPresent() && outcome.version().isPresent()) {
      String model = outcome.model().get();
      int version = outcome.version().getAsInt();
      try {
        installation.install(model, version);
      } catch (ServiceException e) {
        String reason =
            "published as %s/%d, but not in service: %s".formatted(model, version, e.getMessage());
        return before.ended(JobState.FAILED, clock.instant(), exit, Optional.of(reason));
      }
    }
    return before.ended(state, clock.instant(), exit, outcome.reason());
  }

  private static String crash(RunEnd end, List<String> log) {
    String ending = end.reason().orElseGet(() -> ending(end.exitCode()));
    return log.isEmpty() ? ending : ending + "; last in its log:\n" + String.join("\n", log);
  }

  private static String ending(OptionalInt exit) {
    return exit.isPresent()
        ? "its process ended with exit code %d%s and without an outcome"
            .formatted(exit.getAsInt(), meaning(exit.getAsInt()))
        : "its process ended without an outcome";
  }

  private static String meaning(int exit) {
    return switch (exit) {
      case 3 -> " (out of heap memory)";
      case 134 -> " (a fault in native code)";
      case 137 -> " (killed, perhaps by a machine out of memory)";
      case 139 -> " (a fault in native code)";
      case 143 -> " (terminated)";
      case JobSession.STOPPED -> " (stopped)";
      default -> "";
    };
  }
}
