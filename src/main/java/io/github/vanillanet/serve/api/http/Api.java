package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.image.PictureOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The HTTP APIs of this service. Each has a path prefix, a limit on request bodies, and a format of
 * errors; those that compute also have the pattern of their inference paths. An API is listed
 * before those whose prefix contains its own.
 */
public enum Api {
  CLASSIFY("/classify", ErrorFormat.PROBLEM, "(?:/([^/]+))?/?"),
  EMBED("/embed", ErrorFormat.PROBLEM, "(?:/([^/]+))?/?"),
  EXPLAIN("/explain", ErrorFormat.PROBLEM, "(?:/([^/]+))?/?"),
  TORCHSERVE("/predictions", ErrorFormat.TORCHSERVE, "/([^/]+)(?:/[^/]+)?/?"),
  TORCHSERVE_PING("/ping", ErrorFormat.TORCHSERVE),
  KSERVE(
      "/v1", ErrorFormat.PROTOCOL, "/models/([^/:]+)(?:/versions/[^/:]+)?:(?:predict|explain)/?"),
  /** The group of the pattern never matches, because the default model answers. */
  INVOCATIONS("/invocations", ErrorFormat.PROTOCOL, "(?:/(?!)())?/?"),
  OIP_REPOSITORY("/v2/repository", ErrorFormat.PROTOCOL),
  OIP("/v2", ErrorFormat.PROTOCOL, "/models/([^/]+)(?:/versions/[^/]+)?/infer/?"),
  /**
   * Data sets are posted to this path and to {@code /upload} below it; the rest is {@link #NATIVE}.
   */
  TRAINING_UPLOAD("/admin/trainings", ErrorFormat.PROBLEM),
  /** Models, administration, the page, and everything that Quarkus serves below {@code /q}. */
  NATIVE("", ErrorFormat.PROBLEM);

  /** Suffix of the view of a model that takes encoded images, in the Open Inference Protocol. */
  private static final String IMAGE_VIEW = "-image";

  private static final String DATA_UPLOAD = "/admin/trainings/upload";

  private static final Api[] ALL = values();

  /** The limit on a body that is a command in JSON. */
  public static final long COMMAND_BODY_BYTES = 1 << 20;

  /** Every query parameter of a route that answers with predictions. */
  private static final List<String> OF_PREDICTIONS = names(HttpCall.TOP_K, HttpCall.THRESHOLD);

  private static final List<String> OF_FEATURES = names("encoding");
  private static final List<String> OF_EXPLANATIONS =
      names(HttpCall.TOP_K, HttpCall.THRESHOLD, "class", "blend");

  private final String prefix;
  private final ErrorFormat errors;
  private final Optional<Pattern> inference;

  Api(String prefix, ErrorFormat errors) {
    this.prefix = prefix;
    this.errors = errors;
    this.inference = Optional.empty();
  }

  /**
   * @param inference pattern of the inference paths after the prefix; its group is the model's name
   */
  Api(String prefix, ErrorFormat errors, String inference) {
    this.prefix = prefix;
    this.errors = errors;
    this.inference = Optional.of(Pattern.compile(prefix + inference));
  }

  /** The API that a path belongs to. */
  public static Api of(String path) {
    for (Api api : ALL) {
      int end = api.prefix.length();
      if (path.startsWith(api.prefix)
          && (path.length() == end
              || path.charAt(end) == '/' && (api != TRAINING_UPLOAD || path.equals(DATA_UPLOAD)))) {
        return api;
      }
    }
    return NATIVE;
  }

  public ErrorFormat errors() {
    return errors;
  }

  /** The limit on the body of a request, in bytes. */
  long bodyLimit(ServingConfig config) {
    return switch (this) {
      case CLASSIFY, EMBED, EXPLAIN, TORCHSERVE -> config.maxImageBody().asLongValue();
      case KSERVE, OIP, INVOCATIONS -> config.maxTensorBody().asLongValue();
      case TRAINING_UPLOAD -> config.training().maxUpload().asLongValue();
      case OIP_REPOSITORY, TORCHSERVE_PING, NATIVE -> COMMAND_BODY_BYTES;
    };
  }

  private static List<String> names(String... own) {
    List<String> names = new ArrayList<>(List.of(own));
    names.add(HttpCall.BUDGET_QUERY);
    names.addAll(PictureOptions.NAMES);
    return List.copyOf(names);
  }

  /**
   * The names of the query parameters of inference paths.
   *
   * @return empty if other names are ignored, as Triton does
   */
  public Optional<List<String>> queryParameters() {
    return switch (this) {
      case CLASSIFY, TORCHSERVE, KSERVE, INVOCATIONS -> Optional.of(OF_PREDICTIONS);
      case EMBED -> Optional.of(OF_FEATURES);
      case EXPLAIN -> Optional.of(OF_EXPLANATIONS);
      case TORCHSERVE_PING, OIP_REPOSITORY, OIP, TRAINING_UPLOAD, NATIVE -> Optional.empty();
    };
  }

  /**
   * Returns the model of a view of the Open Inference Protocol.
   *
   * @param isModel whether a model in service has a name, because a model may be called {@code
   *     NAME-image}
   */
  public static String modelOfView(String name, Predicate<String> isModel) {
    return name.endsWith(IMAGE_VIEW) && !isModel.test(name)
        ? name.substring(0, name.length() - IMAGE_VIEW.length())
        : name;
  }

  /**
   * Matches the inference paths of this API.
   *
   * @return empty for every other path; group 1 is the model's name, null for the default model
   */
  public Optional<MatchResult> inference(String path) {
    if (inference.isEmpty()) {
      return Optional.empty();
    }
    Matcher matcher = inference.get().matcher(path);
    return matcher.matches() ? Optional.of(matcher) : Optional.empty();
  }
}
