package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import jakarta.annotation.Priority;
import jakarta.inject.Provider;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Unpacks a compressed body while it is read, and counts what it becomes: a few kilobytes may hold
 * gigabytes. Triton's clients compress on request.
 */
@jakarta.ws.rs.ext.Provider
@PreMatching
@Priority(Priorities.USER + 1) // over the count of compressed bytes
public final class CompressedBody implements ContainerRequestFilter {

  private final Provider<BodyBounds> bounds;

  CompressedBody(Provider<BodyBounds> bounds) {
    this.bounds = bounds;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    String encoding = request.getHeaderString(HttpHeaders.CONTENT_ENCODING);
    if (encoding == null || encoding.equalsIgnoreCase("identity")) {
      return;
    }
    InputStream packed = request.getEntityStream();
    InputStream unpacked =
        switch (encoding.toLowerCase(Locale.ROOT)) {
          case "gzip", "x-gzip" -> new UnpackedStream(() -> new GZIPInputStream(packed));
          case "deflate" -> // zlib's format, RFC 9110 8.4.1.2
              new UnpackedStream(() -> new InflaterInputStream(packed));
          default ->
              throw new ServiceException(
                  ErrorCode.INVALID_REQUEST,
                  "content-encoding: expected gzip or deflate, found '%s'".formatted(encoding));
        };
    long bound = bounds.get().at(request.getUriInfo().getPath());
    request.setEntityStream(new BoundedStream(unpacked, bound));
  }

  /** Opens on the first read: this filter runs where nobody may wait for bytes. */
  private static final class UnpackedStream extends InputStream {

    private interface Opening {
      InputStream open() throws IOException;
    }

    private final Opening opening;
    private InputStream opened = InputStream.nullInputStream();
    private boolean isOpen;

    private UnpackedStream(Opening opening) {
      this.opening = opening;
    }

    private InputStream stream() throws IOException {
      if (!isOpen) {
        opened = opening.open();
        isOpen = true;
      }
      return opened;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return stream().read(target, offset, length);
      } catch (ZipException | EOFException e) {
        throw new ServiceException(
            ErrorCode.INVALID_REQUEST,
            "the body is not compressed as content-encoding says, or ends early");
      }
    }
  }
}
