package io.github.vanillanet.serve.api;

import io.github.vanillanet.serve.api.call.InferencePaths;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * With which statuses each operation may fail, beside those that every request may get: 405, 406,
 * 414, 431, 500.
 */
final class ExpectedFailures {

  /** What a request may be, and its statuses. All that match count. */
  private record Rule(Pattern request, List<Integer> statuses) {}

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

  private static final Integer[] OF_INFERENCE = {400, 404, 413, 415, 422, 429, 503, 504, 507};

  private ExpectedFailures() {}

  private static Rule rule(String request, Integer... statuses) {
    return new Rule(Pattern.compile(request), List.of(statuses));
  }

  /**
   * @param method in capitals
   * @param path with its parameters in braces
   */
  static SortedSet<Integer> of(String method, String path) {
    SortedSet<Integer> statuses = new TreeSet<>();
    for (Rule rule : RULES) {
      if (rule.request().matcher(method + " " + path).matches()) {
        statuses.addAll(rule.statuses());
      }
    }
    Optional<InferencePaths.Target> inference = InferencePaths.target(path, name -> false);
    if (inference.isPresent()) {
      statuses.addAll(Arrays.asList(OF_INFERENCE));
      if (inference.get().model().isEmpty()) {
        statuses.add(409);
      }
    }
    return statuses;
  }
}
