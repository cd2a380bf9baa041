package io.github.vanillanet.serve.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.impl.MimeMapping;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/** HEAD of the page's files tells their type, as GET does: who serves them leaves it out. */
@Singleton
final class HeadOfFiles {

  private static final int LATE = 5;
  private static final String INDEX = "/index.html";

  void register(@Observes Filters filters) {
    filters.register(HeadOfFiles::arrived, LATE);
  }

  private static void arrived(RoutingContext context) {
    String path = context.normalizedPath();
    String file = path.equals("/") ? INDEX : path;
    if (context.request().method() == HttpMethod.HEAD
        && (file.equals(INDEX) || file.startsWith("/page/"))) {
      context.addHeadersEndHandler(sending -> describe(context, file));
    }
    context.next();
  }

  private static void describe(RoutingContext context, String file) {
    MultiMap headers = context.response().headers();
    if (context.response().getStatusCode() == 200 && !headers.contains(HttpHeaders.CONTENT_TYPE)) {
      Optional.ofNullable(MimeMapping.getMimeTypeForFilename(file))
          .map(type -> type.startsWith("text/") ? type + ";charset=UTF-8" : type)
          .ifPresent(type -> headers.set(HttpHeaders.CONTENT_TYPE, type));
    }
  }
}
