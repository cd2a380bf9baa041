package io.github.vanillanet.serve.api.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * A failure as its client sees it: RFC 9457, with further members.
 *
 * @param type a stable name of the kind of failure
 * @param title the status's phrase
 * @param detail what was expected and what was found
 * @param instance path of the request
 * @param code name of the failure, for programs
 * @param error the detail again, where clients of inference protocols look for it
 * @param retryAfterMillis when to try again, if known
 * @param requestId as the answer's {@code x-request-id}
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Problem(
    URI type,
    String title,
    int status,
    String detail,
    String instance,
    String code,
    String error,
    @JsonProperty("retry_after_ms") Optional<Long> retryAfterMillis,
    Optional<String> requestId) {

  public static final String MEDIA_TYPE = "application/problem+json";

  /**
   * @param code of a failure that we name, or empty for those of HTTP itself
   */
  static Problem of(
      int status,
      Optional<String> code,
      String detail,
      String instance,
      Optional<Duration> retryAfter) {
    String title = StatusTable.title(status);
    String name = code.orElseGet(() -> title.toUpperCase(Locale.ROOT).replace(' ', '_'));
    URI type =
        URI.create("urn:vanillanet:problem:" + name.toLowerCase(Locale.ROOT).replace('_', '-'));
    return new Problem(
        type,
        title,
        status,
        detail,
        instance,
        name,
        detail,
        retryAfter.map(Duration::toMillis),
        Optional.empty());
  }

  Problem withRequestId(String id) {
    return new Problem(
        type, title, status, detail, instance, code, error, retryAfterMillis, Optional.of(id));
  }
}
