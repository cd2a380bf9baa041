package io.github.vanillanet.base.config;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads the settings without starting Quarkus, from the same sources as Quarkus. */
public final class Settings {

  /** Default of each setting by its name, null if there is none. The key of a map is {@code *}. */
  public static final Map<String, String> DEFAULTS = defaults();

  private static final Pattern CONVERSION_FAILURE =
      Pattern.compile(
          "(?:\\S+: )?SRCFG00039: The config property (\\S+) with the config value \"(.*)\" threw"
              + " an Exception whilst being converted (?:SRCFG\\d+: )?(.*)",
          Pattern.DOTALL);

  private Settings() {}

  private static Map<String, String> defaults() {
    Map<String, String> defaults = new TreeMap<>();
    ConfigClass.configClass(ServingConfig.class)
        .getProperties()
        .forEach((name, value) -> defaults.put(name.replace("[*]", ""), value));
    return Collections.unmodifiableMap(defaults);
  }

  /** All sources: system properties, environment variables, files and defaults. */
  public static SmallRyeConfig sources() {
    return ConfigUtils.configBuilder().build();
  }

  /**
   * Reads and checks every setting.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION}; names each invalid setting in one line
   */
  public static ServingConfig read() {
    return read(ConfigUtils.configBuilder());
  }

  static ServingConfig read(SmallRyeConfigBuilder sources) {
    try {
      return sources.withMapping(ServingConfig.class).build().getConfigMapping(ServingConfig.class);
    } catch (ConfigValidationException e) {
      String problems =
          IntStream.range(0, e.getProblemCount())
              .mapToObj(i -> problem(e.getProblem(i).getMessage()))
              .sorted()
              .collect(Collectors.joining("; "));
      throw BAD_CONFIGURATION.error(e, problems);
    }
  }

  private static String problem(String message) {
    Matcher failure = CONVERSION_FAILURE.matcher(message);
    return failure.matches()
        ? "%s: %s, found '%s'".formatted(failure.group(1), failure.group(3), failure.group(2))
        : message;
  }
}
