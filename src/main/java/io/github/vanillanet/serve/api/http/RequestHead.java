package io.github.vanillanet.serve.api.http;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks the head of a request: its size, and that its path has one meaning. */
final class RequestHead {

  /** The HTTP layer's own limits are higher, because it answers without a body. */
  private static final int MAX_URI_BYTES = 8 * 1024;

  private static final int MAX_HEADER_BYTES = 32 * 1024;

  private static final String DOT = "(?:\\.|%2[eE])";

  /**
   * A path must have one meaning. Filters and router both match Vert.x's normalised path, which
   * decodes unreserved characters only; later stages also strip parameters after a semicolon and
   * decode the rest. A path that these steps could change is rejected.
   */
  private static final Pattern AMBIGUOUS =
      Pattern.compile(
          ";|%3[bB]|\\\\|%5[cC]|%2[fF]|[\\x00-\\x1f\\x7f]|%[01][0-9a-fA-F]|%7[fF]|//|/"
              + DOT
              + "{1,2}(?:/|$)");

  private RequestHead() {}

  /** What is wrong with a request's head, if anything. */
  static Optional<HttpError> problem(HttpServerRequest request) {
    Throwable undecodable = request.decoderResult().cause();
    if (undecodable != null) {
      return Optional.of(UndecodableHead.error(undecodable));
    }
    String uri = request.uri();
    if (uri.length() > MAX_URI_BYTES) {
      return invalid(
          414, "expected a URL of at most %d bytes, got %d".formatted(MAX_URI_BYTES, uri.length()));
    }
    int headers = 0;
    for (Map.Entry<String, String> header : request.headers()) {
      headers += header.getKey().length() + header.getValue().length();
    }
    if (headers > MAX_HEADER_BYTES) {
      return invalid(
          431, "expected headers of at most %d bytes, got %d".formatted(MAX_HEADER_BYTES, headers));
    }
    if (AMBIGUOUS.matcher(request.path()).find()) {
      return invalid(
          400,
          "the path must not contain ';', '//', a backslash, '.' or '..' segments, control"
              + " characters, or an encoded ';', '/' or backslash");
    }
    try {
      new URI(uri);
      if (uri.indexOf('%') >= 0 && !EncodedPath.isUtf8(request.path())) {
        return invalid(400, "the path must be UTF-8 after percent-decoding");
      }
      return Optional.empty();
    } catch (URISyntaxException e) {
      return invalid(400, "expected a URI: %s at %d".formatted(e.getReason(), e.getIndex()));
    }
  }

  private static Optional<HttpError> invalid(int status, String detail) {
    return Optional.of(HttpError.of(status, detail));
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
}
