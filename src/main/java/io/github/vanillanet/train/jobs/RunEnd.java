package io.github.vanillanet.train.jobs;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a job's process ended, as far as whoever ran it can tell.
 *
 * @param reason in words, where it is known and no file of the job tells it
 */
public record RunEnd(OptionalInt exitCode, Optional<String> reason) {

  /** It is gone, nobody knows how. */
  public static RunEnd unknown() {
    return new RunEnd(OptionalInt.empty(), Optional.empty());
  }

  public static RunEnd exit(int code) {
    return new RunEnd(OptionalInt.of(code), Optional.empty());
  }

  public static RunEnd because(String reason) {
    return new RunEnd(OptionalInt.empty(), Optional.of(reason));
  }

  boolean isUnknown() {
    return exitCode.isEmpty() && reason.isEmpty();
  }
}
