package io.github.vanillanet.deploy;

import io.github.vanillanet.base.config.ServingConfig;
import io.quarkus.runtime.shutdown.ShutdownConfig;
import io.smallrye.config.ConfigMapping;
import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Environment variables that the service reads, from the interfaces that declare its settings. Of
 * those of Quarkus the few that are shipped: a misspelt one would be ignored in silence.
 */
final class Settings {

  private static final Set<String> OF_LIBRARIES =
      Set.of("MP_JWT_VERIFY_PUBLICKEY_LOCATION", "MP_JWT_VERIFY_ISSUER");

  private Settings() {}

  /** Of the service itself. */
  static Set<String> variables() {
    Set<String> names = new TreeSet<>();
    collect(ServingConfig.class, names);
    return names;
  }

  /** True if some part of the process reads it as a setting, or if it is no setting at all. */
  static boolean isReadOrForeign(String variable) {
    boolean setting = variable.matches("(VANILLANET|QUARKUS|MP|SMALLRYE)_.*");
    Set<String> names = variables();
    collect(ShutdownConfig.class, names);
    names.addAll(OF_LIBRARIES);
    return !setting || names.contains(variable);
  }

  private static void collect(Class<?> mapping, Set<String> names) {
    collect(mapping.getAnnotation(ConfigMapping.class).prefix(), mapping, mapping, names);
  }

  private static void collect(String prefix, Class<?> group, Class<?> root, Set<String> names) {
    for (Method method : group.getMethods()) {
      String name = prefix + '_' + method.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2");
      Class<?> type = method.getReturnType();
      if (type.isInterface() && type.getEnclosingClass() == root) {
        collect(name, type, root, names);
      } else {
        names.add(name.replace('.', '_').toUpperCase(Locale.ROOT));
      }
    }
  }
}
