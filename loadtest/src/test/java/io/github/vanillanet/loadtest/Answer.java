package io.github.vanillanet.loadtest;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One answer, measured by the client.
 *
 * @param phase of the load
 * @param ended milliseconds since the epoch
 * @param wallMillis from the start of the request to the end of the answer
 * @param status of HTTP; 0 if there was no answer
 * @param model that answered, empty if none
 * @param timing the header {@code Server-Timing}
 */
record Answer(String phase, long ended, int wallMillis, int status, String model, String timing) {

  static final int OK = 200;
  static final int FULL = 429;
  static final int LATE = 504;

  private static final String STAGE = "(?:^|, )%s;dur=([0-9.]+)";

  boolean good() {
    return status == OK;
  }

  /** Returns whether the service rejected the request because of load or of its deadline. */
  boolean rejected() {
    return (status == FULL || status == LATE) && !accepted();
  }

  /** Returns whether it is an unexpected status or a broken connection. */
  boolean unexpected() {
    return status != OK && status != FULL && status != LATE;
  }

  /** Returns whether the service accepted the request: it decodes only accepted ones. */
  boolean accepted() {
    return good() || stageMillis("decode").orElse(0.0) > 0;
  }

  long started() {
    return ended - wallMillis;
  }

  /** Milliseconds of a stage as the service reports them. */
  Optional<Double> stageMillis(String stage) {
    Matcher found = Pattern.compile(STAGE.formatted(stage)).matcher(timing);
    return found.find() ? Optional.of(Double.valueOf(found.group(1))) : Optional.empty();
  }
}
