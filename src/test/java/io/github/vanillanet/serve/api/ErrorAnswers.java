package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import java.util.HashSet;
import java.util.Set;

/** Checks error answers against their documented formats. */
final class ErrorAnswers {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> MEMBERS =
      Set.of("type", "title", "status", "detail", "instance", "code", "error", "request_id");

  private ErrorAnswers() {}

  /** Checks a problem and all its members; returns its detail. */
  static String problem(Response response, int status, String code) {
    return problem(
        response.statusCode(), response.contentType(), response.asString(), status, code);
  }

  static String problem(RawHttp.Answer answer, int status, String code) {
    return problem(answer.status(), answer.contentType(), answer.body(), status, code);
  }

  private static String problem(
      int foundStatus, String contentType, String body, int status, String code) {
    assertThat(foundStatus).as(body).isEqualTo(status);
    assertThat(contentType).isEqualTo("application/problem+json");
    JsonNode problem = parsed(body);
    Set<String> members = new HashSet<>(MEMBERS);
    if (status == 429 || status == 504 && problem.has("retry_after_ms")) {
      members.add("retry_after_ms");
    }
    assertThat(problem.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(members);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("code").asText()).isEqualTo(code);
    assertThat(problem.get("type").asText())
        .isEqualTo("urn:vanillanet:problem:" + code.toLowerCase().replace('_', '-'));
    assertThat(problem.get("title").asText()).isNotBlank();
    assertThat(problem.get("instance").asText()).startsWith("/");
    assertThat(problem.get("error")).isEqualTo(problem.get("detail"));
    return readable(problem.get("detail").asText());
  }

  /** Checks an error of the Open Inference Protocol; returns its message. */
  static String v2(Response response, int status) {
    return v2(response.statusCode(), response.contentType(), response.asString(), status);
  }

  static String v2(RawHttp.Answer answer, int status) {
    return v2(answer.status(), answer.contentType(), answer.body(), status);
  }

  private static String v2(int foundStatus, String contentType, String body, int status) {
    assertThat(foundStatus).as(body).isEqualTo(status);
    assertThat(contentType).isEqualTo("application/json");
    JsonNode error = parsed(body);
    assertThat(error.fieldNames()).toIterable().containsExactly("error");
    return readable(error.get("error").asText());
  }

  private static String readable(String detail) {
    assertThat(detail)
        .isNotBlank()
        .hasSizeLessThanOrEqualTo(1001)
        .doesNotContain("\n", "\tat ", "Exception", "java.", "REDACTED");
    return detail;
  }

  private static JsonNode parsed(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new AssertionError("expected JSON, found: " + body, e);
    }
  }
}
