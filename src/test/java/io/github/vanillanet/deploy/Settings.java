package io.github.vanillanet.deploy;

import io.github.vanillanet.base.config.ServingConfig;
import io.quarkus.runtime.shutdown.ShutdownConfig;
import io.smallrye.config.ConfigMapping;
import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Environment variables that the service reads, derived from the interfaces that declare its
 * settings, and those variables of Quarkus that the project's files use. Misspelt variables would
 * be ignored.
 */
final class Settings {

  private static final Set<String> OF_LIBRARIES =
      Set.of(
          "MP_JWT_VERIFY_PUBLICKEY_LOCATION",
          "MP_JWT_VERIFY_ISSUER",
          "MP_JWT_VERIFY_AUDIENCES",
          "QUARKUS_OTEL_SDK_DISABLED",
          "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
          "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL");

  /** The name of a group is part of its variable. */
  private static final String GROUPS = "VANILLANET_GROUPS";

  private Settings() {}

  /** Variables of the service. */
  static Set<String> variables() {
    Set<String> names = new TreeSet<>();
    collect(ServingConfig.class, names);
    return names;
  }

  /** Returns whether the process reads the variable, or the variable is not a setting. */
  static boolean isKnownOrUnrelated(String variable) {
    boolean setting = variable.matches("(VANILLANET|QUARKUS|MP|SMALLRYE)_.*");
    Set<String> names = variables();
    collect(ShutdownConfig.class, names);
    names.addAll(OF_LIBRARIES);
    return !setting || names.contains(variable) || variable.startsWith(GROUPS + '_');
  }

  private static void collect(Class<?> mapping, Set<String> names) {
    collect(mapping.getAnnotation(ConfigMapping.class).prefix(), mapping, mapping, names);
  }

  private static void collect(String prefix, Class<?> group, Class<?> root, Set<String> names) {
    for (Method method : group.getMethods()) {
      String name = prefix + '_' + method.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2");
      Class<?> type = method.getReturnType();
      if (type.isInterface() && type.getPackage() == root.getPackage()) {
        collect(name, type, root, names);
      } else {
        names.add(name.replace('.', '_').toUpperCase(Locale.ROOT));
      }
    }
  }
}
