package io.github.vanillanet.serve.api.problem;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which methods each path takes, read off the resources: HTTP wants them told with a 405, and the
 * framework does not tell.
 */
@Singleton
final class AllowedMethods {

  private record Route(Pattern path, String method) {}

  private final List<Route> routes = new ArrayList<>();

  AllowedMethods(BeanManager beans) {
    for (Bean<?> bean : beans.getBeans(Object.class, Any.Literal.INSTANCE)) {
      Path path = bean.getBeanClass().getAnnotation(Path.class);
      if (path != null) {
        add(bean.getBeanClass(), path.value());
      }
    }
  }

  private void add(Class<?> resource, String base) {
    for (Method method : resource.getMethods()) {
      Path path = method.getAnnotation(Path.class);
      Pattern pattern = pattern(base + "/" + (path == null ? "" : path.value()));
      httpMethod(method).ifPresent(name -> routes.add(new Route(pattern, name)));
    }
  }

  private static Optional<String> httpMethod(Method method) {
    return Stream.of(method.getAnnotations())
        .map(Annotation::annotationType)
        .filter(type -> type.isAnnotationPresent(HttpMethod.class))
        .map(type -> type.getAnnotation(HttpMethod.class).value())
        .findFirst();
  }

  /** {@code /a/{b}} as a regular expression; slashes count once, and not at the end. */
  private static Pattern pattern(String template) {
    StringBuilder pattern = new StringBuilder();
    for (String segment : template.split("/+")) {
      if (!segment.isEmpty()) {
        pattern.append('/').append(segment.startsWith("{") ? "[^/]+" : Pattern.quote(segment));
      }
    }
    return Pattern.compile(pattern.append("/?").toString());
  }

  /** In alphabetical order; a path that can be read can be asked for its head as well. */
  TreeSet<String> at(String path) {
    TreeSet<String> methods = new TreeSet<>(List.of(HttpMethod.OPTIONS));
    for (Route route : routes) {
      if (route.path().matcher(path).matches()) {
        methods.add(route.method());
      }
    }
    if (methods.contains(HttpMethod.GET)) {
      methods.add(HttpMethod.HEAD);
    }
    return methods;
  }
}
