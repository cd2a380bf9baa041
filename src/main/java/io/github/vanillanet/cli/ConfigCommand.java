package io.github.vanillanet.cli;

import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.config.UnknownSettings;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code config}: every setting, its effective value and its source. */
@Command(
    name = "config",
    description = "List every setting, its effective value and its source. Secrets are masked.")
final class ConfigCommand implements Callable<Integer> {

  private static final String ROW = "%-50s %-30s %s%n";
  private static final String DEFAULT = "default";

  /** Settings of Quarkus that are listed even where they have their default. */
  private static final Map<String, String> QUARKUS_DEFAULTS =
      Map.of("quarkus.http.host", "0.0.0.0", "quarkus.http.port", "8080");

  private static final Pattern SECRET =
      Pattern.compile(
          "quarkus\\.security\\.users\\.embedded\\.users\\..+"
              + "|.*(password|passphrase|secret|token|credential|headers|sign\\.key).*");
  private static final Pattern USER_OF_URL = Pattern.compile("(?<=//)[^/@\\s]+(?=@)");
  private static final Pattern FILE = Pattern.compile("source=file:([^\\]]+)");
  private static final String MASK = "********";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Settings.read(); // rejects invalid values
    SmallRyeConfig sources = Settings.sources();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(ROW, "SETTING", "VALUE", "SOURCE");
    for (String name : names(sources)) {
      ConfigValue value = sources.getConfigValue(name);
      out.printf(ROW, name, shown(name, value), source(value));
    }
    PrintWriter err = spec.commandLine().getErr();
    UnknownSettings.warnings(sources).forEach(warning -> err.println("warning: " + warning));
    return 0;
  }

  /** The settings of the service, then those of Quarkus that are set outside the jar. */
  private static List<String> names(SmallRyeConfig sources) {
    Set<String> own = new TreeSet<>(Settings.DEFAULTS.keySet());
    Set<String> others = new TreeSet<>(QUARKUS_DEFAULTS.keySet());
    for (String name : sources.getPropertyNames()) {
      if (UnknownSettings.isKnown(name)) {
        own.add(name);
      } else if (name.matches("(quarkus|mp|smallrye)\\..+")
          && !source(sources.getConfigValue(name)).equals(DEFAULT)) {
        others.add(name);
      }
    }
    own.removeIf(name -> name.endsWith("*"));
    return Stream.concat(own.stream(), others.stream()).toList();
  }

  private static String shown(String name, ConfigValue value) {
    if (value.getValue() == null) {
      return Optional.ofNullable(Settings.DEFAULTS.get(name))
          .or(() -> Optional.ofNullable(QUARKUS_DEFAULTS.get(name)))
          .orElse("-");
    }
    return SECRET.matcher(name).matches()
        ? MASK
        : USER_OF_URL.matcher(value.getValue()).replaceAll(MASK);
  }

  private static String source(ConfigValue value) {
    String source = Optional.ofNullable(value.getConfigSourceName()).orElse(DEFAULT);
    return switch (source) {
      case "EnvConfigSource" -> "environment variable";
      case "SysPropConfigSource" -> "system property";
      default -> {
        Matcher file = FILE.matcher(source);
        yield file.find() ? file.group(1) : DEFAULT;
      }
    };
  }
}
