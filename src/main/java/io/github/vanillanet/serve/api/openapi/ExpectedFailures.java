package io.github.vanillanet.serve.api.openapi;

import io.github.vanillanet.serve.api.http.Api;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The statuses that an operation may fail with, besides those of every request: 405, 406, 414, 431
 * and 500.
 */
final class ExpectedFailures {

  private static final List<Integer> OF_INFERENCE =
      List.of(400, 404, 413, 415, 422, 429, 503, 504, 507);

  /** An operation fails with the statuses of all rules that match its method and path. */
  private record Rule(Pattern operation, List<Integer> statuses) {}

  private static final List<Rule> RULES =
      List.of(
          rule("GET /(models|v1/models|v2/models)/\\{model}.*", 404, 503),
          rule("\\w+ /admin/.*", 401, 403),
          rule("\\w+ /admin/.*\\{.*", 404),
          rule("POST /admin/trainings", 400, 413),
          rule("POST /admin/.*/resume", 409),
          rule("DELETE /admin/trainings/\\{id}", 409),
          rule("POST /admin/models/.*", 409, 503),
          rule("POST /v2/repository/.*", 400, 413),
          rule("POST /v2/repository/models/.*", 401, 403, 404),
          rule("POST /v2/repository/models/.*/load", 503));

  private ExpectedFailures() {}

  private static Rule rule(String operation, Integer... statuses) {
    return new Rule(Pattern.compile(operation), List.of(statuses));
  }

  /**
   * @param method in capitals
   * @param path with its parameters in braces
   */
  static SortedSet<Integer> of(String method, String path) {
    SortedSet<Integer> statuses = new TreeSet<>();
    for (Rule rule : RULES) {
      if (rule.operation().matcher(method + " " + path).matches()) {
        statuses.addAll(rule.statuses());
      }
    }
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
