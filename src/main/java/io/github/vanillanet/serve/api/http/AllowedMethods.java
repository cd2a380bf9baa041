package io.github.vanillanet.serve.api.http;

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
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The methods of each path, for the header {@code Allow}: Quarkus REST sends 405 without it. */
@Singleton
final class AllowedMethods {

  private record Route(Pattern path, String method) {}

  private final List<Route> routes = new ArrayList<>();

  AllowedMethods(BeanManager beans) {
    for (Bean<?> bean : beans.getBeans(Object.class, Any.Literal.INSTANCE)) {
      Path base = bean.getBeanClass().getAnnotation(Path.class);
      if (base != null) {
        for (Method method : bean.getBeanClass().getMethods()) {
          add(base.value(), method);
        }
      }
    }
  }

  private void add(String base, Method method) {
    Path path = method.getAnnotation(Path.class);
    Pattern pattern = pattern(base + "/" + (path == null ? "" : path.value()));
    for (Annotation annotation : method.getAnnotations()) {
      HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
      if (verb != null) {
        routes.add(new Route(pattern, verb.value()));
      }
    }
  }

  /** {@code /a/{b}} as a regular expression; empty segments are dropped. */
  private static Pattern pattern(String template) {
    StringBuilder pattern = new StringBuilder();
    for (String segment : template.split("/+")) {
      if (!segment.isEmpty()) {
        pattern.append('/').append(segment.startsWith("{") ? "[^/]+" : Pattern.quote(segment));
      }
    }
    return Pattern.compile(pattern.append("/?").toString());
  }

  /**
   * Returns the methods in alphabetical order. OPTIONS is always allowed, HEAD if GET is.
   *
   * @return empty if nothing is served at the path
   */
  SortedSet<String> at(String path) {
    SortedSet<String> methods = new TreeSet<>();
    for (Route route : routes) {
      if (route.path().matcher(path).matches()) {
        methods.add(route.method());
      }
    }
    if (!methods.isEmpty()) {
      methods.add(HttpMethod.OPTIONS);
    }
    if (methods.contains(HttpMethod.GET)) {
      methods.add(HttpMethod.HEAD);
    }
    return methods;
  }
}
