package io.github.vanillanet.serve.api.call;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where images and tensors are posted to, for those who must know it from a request's head alone.
 */
public final class InferencePaths {

  /** Of a model's view that takes encoded images, in the Open Inference Protocol. */
  public static final String IMAGE_SUFFIX = "-image";

  private static final List<Pattern> PATHS =
      List.of(
          Pattern.compile("/classify(?:/([^/]+))?/?"),
          Pattern.compile("/v2/models/([^/]+)(?:/versions/[^/]+)?/infer/?"),
          Pattern.compile("/v1/models/([^/:]+):predict/?"),
          Pattern.compile("/predictions/([^/]+)(?:/[^/]+)?/?"));

  private InferencePaths() {}

  /**
   * Which model is asked.
   *
   * @param model its name, or empty if the path names none
   */
  public record Target(Optional<String> model) {}

  /**
   * @param path decoded and normalised
   * @param served tells whether there is a model of that name: one is never taken for a view
   * @return empty for every other path
   */
  public static Optional<Target> target(String path, Predicate<String> served) {
    for (Pattern pattern : PATHS) {
      Matcher matcher = pattern.matcher(path);
      if (matcher.matches()) {
        return Optional.of(
            new Target(Optional.ofNullable(matcher.group(1)).map(name -> model(name, served))));
      }
    }
    return Optional.empty();
  }

  private static String model(String name, Predicate<String> served) {
    return name.endsWith(IMAGE_SUFFIX) && !served.test(name)
        ? name.substring(0, name.length() - IMAGE_SUFFIX.length())
        : name;
  }
}
