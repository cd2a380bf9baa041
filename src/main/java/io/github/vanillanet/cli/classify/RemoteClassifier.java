package io.github.vanillanet.cli.classify;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Classifies with {@code POST /classify} of a running service. Repeats a request that the service
 * cannot answer now, after the time that the answer names.
 */
public final class RemoteClassifier implements ImageClassifier {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(2);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final int MAX_DOUBLINGS = 6;

  /** A larger body is sent after the service has accepted its head. */
  private static final int EXPECTED_BYTES = 1 << 20;

  /** The service is busy, starts, stops or is replaced behind a proxy. */
  private static final Set<Integer> TEMPORARY = Set.of(408, 429, 502, 503, 507);

  private static final int INTERNAL_ERROR = 500;
  private static final int ATTEMPTS_AFTER_ERRORS = 3;
  private static final int TOO_LATE = 504;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .proxy(ProxySelector.getDefault())
          .build();

  private final URI address;
  private final Optional<Duration> budget;
  private final Duration patience;

  /**
   * @param service the address of the service
   * @param model name of a model or a group; empty for the default model
   * @param budget of each request
   * @param patience how long one image is tried
   * @throws ServiceException {@code BAD_CONFIGURATION} if the address is not a URL
   */
  public RemoteClassifier(
      URI service, Optional<String> model, int topK, Optional<Duration> budget, Duration patience) {
    boolean http = "http".equals(service.getScheme()) || "https".equals(service.getScheme());
    if (!http || service.getHost() == null || service.getRawQuery() != null) {
      throw BAD_CONFIGURATION.error(
          "--url: expected an address such as http://localhost:8080, got '%s'", service);
    }
    String path =
        model
            .map(name -> "/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"))
            .orElse("");
    String root = service.toString().replaceFirst("/+$", "");
    this.address = URI.create(root + "/classify" + path + "?top_k=" + topK);
    this.budget = budget;
    this.patience = patience;
  }

  @Override
  public ObjectNode classify(byte[] encoded) {
    long started = System.nanoTime();
    for (int attempt = 0; ; attempt++) {
      ServiceException failure;
      OptionalLong pause = OptionalLong.empty();
      try {
        HttpResponse<String> response =
            client.send(request(encoded), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          return answer(response);
        }
        failure = failure(response);
        pause = retryAfter(response);
        if (!isTemporary(response.statusCode(), pause, attempt)) {
          throw failure;
        }
      } catch (IOException e) {
        failure = NOT_READY.error(e, "%s does not answer: %s", address, e);
      } catch (InterruptedException e) {
        throw interrupted();
      }
      long millis = pause.orElse(FIRST_PAUSE_MILLIS << Math.min(attempt, MAX_DOUBLINGS));
      long left = patience.toMillis() - (System.nanoTime() - started) / 1_000_000;
      if (millis > left) {
        throw NOT_READY.error(
            failure, "gave up after %d attempts: %s", attempt + 1, failure.getMessage());
      }
      sleep(millis);
    }
  }

  private HttpRequest request(byte[] encoded) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(ANSWER_TIMEOUT)
            .expectContinue(encoded.length > EXPECTED_BYTES)
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(encoded));
    budget.ifPresent(
        limit -> request.header("X-Latency-Budget-Ms", Long.toString(limit.toMillis())));
    return request.build();
  }

  private static boolean isTemporary(int status, OptionalLong pause, int attempt) {
    return TEMPORARY.contains(status)
        || status == TOO_LATE && pause.isPresent()
        || status == INTERNAL_ERROR && attempt + 1 < ATTEMPTS_AFTER_ERRORS;
  }

  private ObjectNode answer(HttpResponse<String> response) {
    return RecordJson.parse(response.body(), JsonNode.class)
        .filter(answer -> answer.path("predictions").isArray())
        .map(ObjectNode.class::cast)
        .orElseThrow(
            () -> BAD_CONFIGURATION.error("%s does not answer as /classify does", address));
  }

  /** The failure that an answer describes; an answer of a proxy has no code. */
  private ServiceException failure(HttpResponse<String> response) {
    Optional<JsonNode> problem = RecordJson.parse(response.body(), JsonNode.class);
    String name = problem.map(body -> body.path("code").asText()).orElse("");
    String detail = problem.map(body -> body.path("detail").asText()).orElse("");
    ErrorCode code =
        Arrays.stream(ErrorCode.values())
            .filter(known -> known.name().equals(name))
            .findFirst()
            .orElse(
                switch (response.statusCode()) {
                  case 413 -> ErrorCode.TOO_LARGE;
                  case 415 -> ErrorCode.UNSUPPORTED_IMAGE;
                  case TOO_LATE -> ErrorCode.DEADLINE_EXCEEDED;
                  default -> BAD_CONFIGURATION;
                });
    return detail.isEmpty()
        ? code.error("%s answers %d", address, response.statusCode())
        : code.error("%s", detail);
  }

  /** Milliseconds in the body, or seconds in the header. */
  private static OptionalLong retryAfter(HttpResponse<String> response) {
    Optional<JsonNode> problem = RecordJson.parse(response.body(), JsonNode.class);
    long millis = problem.map(body -> body.path("retry_after_ms").asLong()).orElse(0L);
    if (millis > 0) {
      return OptionalLong.of(millis);
    }
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(seconds -> seconds.matches("\\d{1,6}"))
        .map(seconds -> OptionalLong.of(Duration.ofSeconds(Long.parseLong(seconds)).toMillis()))
        .orElse(OptionalLong.empty());
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static ServiceException interrupted() {
    Thread.currentThread().interrupt();
    return ErrorCode.CLIENT_GONE.error("the run was stopped");
  }

  /** Nothing: the client has only daemon threads. */
  @Override
  public void close() {}
}
