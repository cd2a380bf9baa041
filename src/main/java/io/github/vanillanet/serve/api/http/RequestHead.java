package io.github.vanillanet.serve.api.http;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Rejects requests by their target and headers alone. The HTTP layer's own limits are higher,
 * because it answers without a body.
 *
 * <p>A path must have one meaning. Filters and router both match Vert.x's normalised path, which
 * decodes unreserved characters only; later stages also strip parameters after a semicolon and
 * decode the rest. A path that these steps could change is rejected.
 */
final class RequestHead {

  private static final int MAX_URI_BYTES = 8 * 1024;
  private static final int MAX_HEADER_BYTES = 32 * 1024;

  private static final String DOT = "(?:\\.|%2[eE])";
  private static final Pattern AMBIGUOUS =
      Pattern.compile(
          ";|%3[bB]|\\\\|%5[cC]|%2[fF]|[\\x00-\\x1f\\x7f]|%[01][0-9a-fA-F]|%7[fF]|//|/"
              + DOT
              + "{1,2}(?:/|$)");

  private RequestHead() {}

  /** Returns the problem with a request's head, if any. */
  static Optional<HttpError> check(HttpServerRequest request) {
    String uri = request.uri();
    if (uri.length() > MAX_URI_BYTES) {
      return error(
          414, "expected a URL of at most %d bytes, got %d".formatted(MAX_URI_BYTES, uri.length()));
    }
    int headers = 0;
    for (Map.Entry<String, String> header : request.headers()) {
      headers += header.getKey().length() + header.getValue().length();
    }
    if (headers > MAX_HEADER_BYTES) {
      return error(
          431, "expected headers of at most %d bytes, got %d".formatted(MAX_HEADER_BYTES, headers));
    }
    if (AMBIGUOUS.matcher(request.path()).find()) {
      return error(
          400,
          "the path must not contain ';', '//', a backslash, '.' or '..' segments, control"
              + " characters, or an encoded ';', '/' or backslash");
    }
    try {
      new URI(uri);
      return Optional.empty();
    } catch (URISyntaxException e) {
      return error(400, "expected a URI: %s at %d".formatted(e.getReason(), e.getIndex()));
    }
  }

  /** The path as it was sent; {@code /} if the target is not a path. */
  static String rawPath(HttpServerRequest request) {
    String path = request.path();
    return path != null && path.startsWith("/") ? path : "/";
  }

  /** The start of a raw path that has one meaning. */
  static String plainStart(String path) {
    return path.split("[;%\\\\]", 2)[0];
  }

  private static Optional<HttpError> error(int status, String detail) {
    return Optional.of(HttpError.of(status, detail));
  }
}
