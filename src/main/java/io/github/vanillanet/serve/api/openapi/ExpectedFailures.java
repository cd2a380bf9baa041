package io.github.vanillanet.serve.api.openapi;

import io.github.vanillanet.serve.api.http.Api;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;

/**
 * The statuses that an operation may fail with, besides those of every request: 405, 406, 414, 431
 * and 500.
 */
final class ExpectedFailures {

  private static final List<Integer> OF_INFERENCE =
      List.of(400, 404, 413, 415, 422, 429, 503, 504, 507);

  /** An operation fails with the statuses of all patterns that match its method and path. */
  private static final Map<String, List<Integer>> RULES =
      Map.of(
          "GET /(models|v1/models|v2/models)/\\{model}.*", List.of(404, 503),
          "\\w+ /admin/.*", List.of(401, 403),
          "\\w+ /admin/.*\\{.*", List.of(404),
          "POST /admin/trainings", List.of(400, 413),
          "POST /admin/.*/resume", List.of(409),
          "DELETE /admin/trainings/\\{id}", List.of(409),
          "POST /admin/models/.*", List.of(409, 503),
          "POST /v2/repository/.*", List.of(400, 413),
          "POST /v2/repository/models/.*", List.of(401, 403, 404),
          "POST /v2/repository/models/.*/load", List.of(503));

  private ExpectedFailures() {}

  /**
   * @param method in capitals
   * @param path with its parameters in braces
   */
  static SortedSet<Integer> of(String method, String path) {
    SortedSet<Integer> statuses = new TreeSet<>();
    RULES.forEach(
        (operation, failures) -> {
          if ((method + " " + path).matches(operation)) {
            statuses.addAll(failures);
          }
        });
    Optional<MatchResult> inference = Api.of(path).inference(path);
    if (inference.isPresent()) {
      statuses.addAll(OF_INFERENCE);
      if (inference.get().group(1) == null) {
        statuses.add(409); // there may be no default model
      }
    }
    return statuses;
  }
}
