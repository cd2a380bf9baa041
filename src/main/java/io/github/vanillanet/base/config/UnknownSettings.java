package io.github.vanillanet.base.config;

import io.github.vanillanet.base.error.Suggestion;
import io.smallrye.config.EnvConfigSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Finds names that look like settings of the service but are not, and suggests the closest setting.
 */
public final class UnknownSettings {

  /**
   * Kubernetes sets these variables in every pod if the name of a Service starts with vanillanet.
   */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile(".*_SERVICE_HOST|.*_SERVICE_PORT(_.*)?|.*_PORT|.*_PORT_.*");

  private static final Pattern LIST_INDEX = Pattern.compile("\\[\\d+]$|_\\d+_$");

  private UnknownSettings() {}

  /** Returns one warning for each unknown name. */
  public static List<String> warnings(Config config) {
    Set<String> properties = new TreeSet<>();
    for (ConfigSource source : config.getConfigSources()) {
      if (!(source instanceof EnvConfigSource)) { // lists the variables as properties
        properties.addAll(source.getPropertyNames());
      }
    }
    return warnings(properties, System.getenv().keySet());
  }

  static List<String> warnings(Collection<String> properties, Collection<String> variables) {
    List<String> warnings = new ArrayList<>();
    properties.stream()
        .filter(name -> name.startsWith("vanillanet.") && !isKnown(name))
        .sorted()
        .forEach(name -> warnings.add(warning("property", name, Settings.DEFAULTS.keySet())));
    List<String> known =
        Settings.DEFAULTS.keySet().stream().map(UnknownSettings::variable).toList();
    variables.stream()
        .filter(name -> name.startsWith("VANILLANET_"))
        .filter(name -> known.stream().noneMatch(setting -> matches(setting, name)))
        .filter(name -> !OF_KUBERNETES.matcher(name).matches())
        .sorted()
        .forEach(name -> warnings.add(warning("environment variable", name, known)));
    return warnings;
  }

  /** Returns whether {@code property} is a setting or a key of a map setting. */
  public static boolean isKnown(String property) {
    return Settings.DEFAULTS.keySet().stream().anyMatch(setting -> matches(setting, property));
  }

  private static boolean matches(String setting, String name) {
    String base = LIST_INDEX.matcher(name).replaceFirst("");
    return setting.endsWith("*")
        ? base.startsWith(setting.substring(0, setting.length() - 1))
        : base.equals(setting);
  }

  /** The environment variable of a setting. */
  private static String variable(String setting) {
    return setting.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
  }

  private static String warning(String kind, String name, Collection<String> known) {
    String suggestion =
        known.stream()
            .min(Comparator.comparingInt(setting -> distance(name, setting)))
            .filter(setting -> Suggestion.isClose(name, distance(name, setting)))
            .map(setting -> "did you mean %s?".formatted(setting))
            .orElse("the command 'config' lists all settings");
    return "The %s %s is not a setting and has no effect; %s".formatted(kind, name, suggestion);
  }

  /** Edit distance, but at most 1 if {@code name} lacks the group or the end of {@code setting}. */
  private static int distance(String name, String setting) {
    String lastWords = name.substring("vanillanet".length());
    return setting.startsWith(name) || setting.endsWith(lastWords)
        ? Math.min(1, Suggestion.editDistance(name, setting))
        : Suggestion.editDistance(name, setting);
  }
}
