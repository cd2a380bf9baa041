package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Prepares the body for its route: sets a content type if there is none, hands over the collected
 * body or limits one that is still arriving, and unpacks a compressed one within the same limit.
 */
@Provider
@PreMatching
public final class RequestBodyFilter implements ContainerRequestFilter {

  private static final Set<String> WITHOUT_BODY =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final CurrentVertxRequest current;

  RequestBodyFilter(CurrentVertxRequest current) {
    this.current = current;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    HttpCall call = HttpCall.of(current.getCurrent());
    try { // RFC 9110, section 8.3: content without a type is bytes, not any type that fits the path
      if (request.getMediaType() == null && call.inference.isPresent()) {
        request
            .getHeaders()
            .putSingle(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM);
      }
    } catch (IllegalArgumentException e) { // the router would answer 500 to an unparseable type
      throw new NotSupportedException(e);
    }
    if (call.body.isPresent()) {
      request.setEntityStream(call.body.get());
      call.body = Optional.empty();
    } else if (request.getHeaderString(HttpHeaders.CONTENT_LENGTH) == null
        && !WITHOUT_BODY.contains(request.getMethod())) {
      request.setEntityStream(new BoundedStream(request.getEntityStream(), call.bodyLimit));
    }
    String encoding = request.getHeaderString(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      InputStream unpacked = new UnpackedStream(request.getEntityStream(), encoding);
      request.setEntityStream(new BoundedStream(unpacked, call.bodyLimit));
    }
  }

  /** Starts to unpack on the first read, because the filter runs on the event loop. */
  private static final class UnpackedStream extends InputStream {

    private final InputStream packed;
    private final boolean gzip;
    private Optional<InputStream> unpacked = Optional.empty();

    UnpackedStream(InputStream packed, String encoding) {
      this.packed = packed;
      this.gzip =
          switch (encoding.toLowerCase(Locale.ROOT)) {
            case "gzip", "x-gzip" -> true;
            case "deflate" -> false;
            default ->
                throw INVALID_REQUEST.error(
                    "content-encoding: expected gzip or deflate, got '%s'", encoding);
          };
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        if (unpacked.isEmpty()) { // deflate is zlib's format, see RFC 9110, section 8.4.1.2
          unpacked =
              Optional.of(gzip ? new GZIPInputStream(packed) : new InflaterInputStream(packed));
        }
        return unpacked.get().read(target, offset, length);
      } catch (ZipException | EOFException e) {
        throw INVALID_REQUEST.error("the body does not match its content-encoding, or ends early");
      }
    }
  }
}
