package io.github.vanillanet.serve.api.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.MimeMapping;
import java.util.Locale;
import java.util.Map;

/** Response headers of the page and its files. */
final class PageFiles {

  private static final String INDEX = "/index.html";
  private static final String ALIVE = "{\"status\":\"alive\"}";

  /**
   * The page uses its own files only: no inline scripts, no text as markup, no frames. File names
   * do not change between versions, so browsers must revalidate them.
   */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
              + " require-trusted-types-for 'script'; trusted-types 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cache-Control",
          "no-cache");

  private PageFiles() {}

  /**
   * Forbids frames, and adds the other headers if the request is for a file of the page. Answers
   * the liveness check of KServe, which has the path of the page, unless the client accepts HTML.
   *
   * @return whether the request was answered
   */
  static boolean describe(HttpCall call) {
    MultiMap headers = call.context.response().headers();
    headers.set("X-Frame-Options", "DENY"); // for Swagger UI, which has no policy of its own
    HttpMethod method = call.request.method();
    String file = call.path.equals("/") ? INDEX : call.path;
    if (method != HttpMethod.GET && method != HttpMethod.HEAD
        || !file.equals(INDEX) && !file.startsWith("/page/")) {
      return false;
    }
    if (call.path.equals("/")) {
      headers.set(HttpHeaders.VARY, HttpHeaders.ACCEPT);
      String accepted = call.request.getHeader(HttpHeaders.ACCEPT);
      if (accepted == null || !accepted.toLowerCase(Locale.ROOT).contains("text/html")) {
        headers.set(HttpHeaders.CONTENT_TYPE, "application/json");
        HttpServerResponse response = call.context.response();
        if (method == HttpMethod.HEAD) {
          response.end();
        } else {
          response.end(ALIVE);
        }
        return true;
      }
    }
    HEADERS.forEach(headers::set);
    if (method == HttpMethod.HEAD) {
      call.context.addHeadersEndHandler(sending -> setType(call, headers, file));
    }
    return false;
  }

  /** The static handler of Quarkus omits the type in answers to HEAD. */
  private static void setType(HttpCall call, MultiMap headers, String file) {
    String type = MimeMapping.getMimeTypeForFilename(file);
    if (type != null
        && call.context.response().getStatusCode() == 200
        && !headers.contains(HttpHeaders.CONTENT_TYPE)) {
      headers.set(
          HttpHeaders.CONTENT_TYPE, type.startsWith("text/") ? type + ";charset=UTF-8" : type);
    }
  }
}
