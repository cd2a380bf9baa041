package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A process of this machine. The start time distinguishes it from a later process with the same
 * number.
 *
 * @param started absent if the operating system does not provide it
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ProcessIdentity(long pid, Optional<Instant> started) {

  /** The start time is computed from the boot time, which moves when the clock is set. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  static ProcessIdentity of(ProcessHandle process) {
    return new ProcessIdentity(process.pid(), process.info().startInstant());
  }

  Optional<ProcessHandle> find() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::sameStart);
  }

  private boolean sameStart(ProcessHandle candidate) {
    Optional<Instant> found = candidate.info().startInstant();
    return started.isEmpty()
        || found.isEmpty()
        || Duration.between(started.get(), found.get()).abs().compareTo(TOLERANCE) <= 0;
  }
}
