package io.github.vanillanet.loadtest;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One answer as the client saw it.
 *
 * @param phase of the load
 * @param ended milliseconds since the epoch
 * @param wallMillis from sending the request to the whole answer
 * @param status of HTTP; 0 if there was no answer
 * @param model that answered, empty if none did
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

  /** Whether the service would not take the work on, because of others or of its deadline. */
  boolean refused() {
    return (status == FULL || status == LATE) && !accepted();
  }

  /** Neither an answer nor a refusal that is promised: an error, or a connection that broke. */
  boolean unexpected() {
    return status != OK && status != FULL && status != LATE;
  }

  /** Whether the service took the work on: what it refuses it does not decode. */
  boolean accepted() {
    return good() || stageMillis("decode").orElse(0.0) > 0;
  }

  long started() {
    return ended - wallMillis;
  }

  /** What the service says that a stage took. */
  Optional<Double> stageMillis(String stage) {
    Matcher found = Pattern.compile(STAGE.formatted(stage)).matcher(timing);
    return found.find() ? Optional.of(Double.valueOf(found.group(1))) : Optional.empty();
  }
}
