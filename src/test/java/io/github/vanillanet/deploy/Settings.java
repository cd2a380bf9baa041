package io.github.vanillanet.deploy;

import io.github.vanillanet.config.ServingConfig;
import io.smallrye.config.ConfigMapping;
import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Environment variables that the service reads, from the interface that declares its settings. */
final class Settings {

  private Settings() {}

  static Set<String> variables() {
    Set<String> names = new TreeSet<>();
    collect(
        ServingConfig.class.getAnnotation(ConfigMapping.class).prefix(),
        ServingConfig.class,
        names);
    return names;
  }

  private static void collect(String prefix, Class<?> group, Set<String> names) {
    for (Method method : group.getMethods()) {
      String name = prefix + '_' + method.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2");
      Class<?> type = method.getReturnType();
      if (type.isInterface() && type.getEnclosingClass() == ServingConfig.class) {
        collect(name, type, names);
      } else {
        names.add(name.toUpperCase(Locale.ROOT));
      }
    }
  }
}
