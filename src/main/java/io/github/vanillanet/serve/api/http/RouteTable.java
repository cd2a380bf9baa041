package io.github.vanillanet.serve.api.http;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The methods and content types of each path, for errors: Quarkus REST answers 405 without the
 * header {@code Allow}, and 415 without the types.
 */
@Singleton
final class RouteTable {

  private record Route(Pattern path, String method, List<String> types) {}

  private final List<Route> routes = new ArrayList<>();

  RouteTable(BeanManager beans) {
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
    Consumes consumes = method.getAnnotation(Consumes.class);
    List<String> types = consumes == null ? List.of() : List.of(consumes.value());
    Pattern pattern = pattern(base + "/" + (path == null ? "" : path.value()));
    for (Annotation annotation : method.getAnnotations()) {
      HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
      if (verb != null) {
        routes.add(new Route(pattern, verb.value(), types));
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
  SortedSet<String> methods(String path) {
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

  /** Returns the content types of bodies in alphabetical order. */
  SortedSet<String> types(String path, String method) {
    SortedSet<String> types = new TreeSet<>();
    for (Route route : routes) {
      if (route.method().equals(method) && route.path().matcher(path).matches()) {
        types.addAll(route.types());
      }
    }
    return types;
  }
}
