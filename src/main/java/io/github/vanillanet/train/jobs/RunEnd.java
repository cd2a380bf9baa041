package io.github.vanillanet.train.jobs;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The end of a job's process.
 *
 * @param reason if it is known from another source than the job's files
 */
public record RunEnd(OptionalInt exitCode, Optional<String> reason) {

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
