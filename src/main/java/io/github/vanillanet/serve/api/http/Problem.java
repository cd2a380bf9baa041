package io.github.vanillanet.serve.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A failure as RFC 9457 describes it, with more members. */
@Schema(description = "RFC 9457, with more members")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Problem(
    @Schema(required = true, description = "A stable name of the kind of failure") URI type,
    @Schema(required = true, description = "The reason phrase of the status") String title,
    @Schema(required = true) int status,
    @Schema(required = true, description = "What was wrong and what was expected") String detail,
    @Schema(required = true, description = "Path of the request") String instance,
    @Schema(required = true, description = "Name of the failure, for programs") String code,
    @Schema(
            required = true,
            description = "The same text as detail, under the name in the inference protocols")
        String error,
    @Schema(description = "Milliseconds until a retry can succeed, if known")
        @JsonProperty("retry_after_ms")
        Optional<Long> retryAfterMillis,
    @Schema(description = "The same id as in the header x-request-id") Optional<String> requestId) {

  static Problem of(HttpError error, String path, Optional<String> requestId) {
    String kind = error.code().toLowerCase(Locale.ROOT).replace('_', '-');
    return new Problem(
        URI.create("urn:vanillanet:problem:" + kind),
        HttpError.title(error.status()),
        error.status(),
        error.detail(),
        path,
        error.code(),
        error.detail(),
        error.retryAfter().map(Duration::toMillis),
        requestId);
  }
}
