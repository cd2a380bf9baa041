package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.metrics.BodyRejection;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * A compressed body as its route reads it. Inflates on the first read, because it is created on the
 * event loop. Counts the inflated bytes as they appear: against the body limit, against the packed
 * bytes that they came from, and in the memory for bodies.
 */
final class InflatedStream extends InputStream {

  /** Readers that collect a body of unknown length hold it twice at the end. */
  private static final int COPIES = 2;

  private static final int MAX_EMPTY_MEMBERS = 16;

  /**
   * A body is dense if it inflates more than this; photos, JSON and random tensors inflate less.
   */
  private static final int DENSE_RATIO = 20;

  /** Inflated bytes that say nothing about the ratio, because inflaters read ahead. */
  private static final int DENSE_FLOOR = 64 << 10;

  private final BoundedStream packed;
  private final boolean gzip;
  private final Limits limits;
  private final Memory memory;
  private final WorkSlices.Slice slice;
  private final ServingMetrics metrics;
  private Optional<InputStream> inflated = Optional.empty();
  private long count;

  /**
   * @param encoding value of Content-Encoding
   * @param slice limits the time in which the body is inflated and parsed
   * @throws ServiceException {@code INVALID_REQUEST} if it is neither gzip nor deflate
   */
  InflatedStream(
      BoundedStream packed,
      String encoding,
      Limits limits,
      Memory memory,
      WorkSlices.Slice slice,
      ServingMetrics metrics) {
    this.packed = packed;
    this.limits = limits;
    this.memory = memory;
    this.slice = slice;
    this.metrics = metrics;
    this.gzip =
        switch (encoding.toLowerCase(Locale.ROOT)) {
          case "gzip", "x-gzip" -> true;
          case "deflate" -> false;
          default ->
              throw INVALID_REQUEST.error(
                  "content-encoding: expected gzip or deflate, got '%s'", encoding);
        };
  }

  /**
   * @param bytes that the body may have
   * @param maxRatio inflated bytes of one packed byte
   * @param floor inflated bytes that are allowed whatever the ratio
   */
  record Limits(long bytes, long maxRatio, long floor) {}

  /** Counts memory. */
  @FunctionalInterface
  interface Memory {

    /**
     * Counts bytes that the reader may allocate, before it gets the data.
     *
     * @param dense whether the body inflates unusually much
     */
    void add(long bytes, boolean dense);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    try {
      if (inflated.isEmpty()) { // deflate is zlib's format, see RFC 9110, section 8.4.1.2
        inflated = Optional.of(gzip ? new Members(packed) : new InflaterInputStream(packed));
      }
      slice.before();
      int read = inflated.get().read(target, offset, length);
      if (read < 0) {
        slice.close();
        return read;
      }
      slice.after(read);
      add(read);
      return read;
    } catch (ZipException | EOFException e) {
      throw INVALID_REQUEST.error("the body does not match its content-encoding, or ends early");
    }
  }

  private void add(int bytes) {
    count += bytes;
    if (count > limits.bytes()) {
      metrics.rejected(BodyRejection.INFLATED);
      throw TOO_LARGE.error("expected a body of at most %d bytes, got more", limits.bytes());
    }
    if (count > limits.floor() && count > limits.maxRatio() * packed.count()) {
      metrics.rejected(BodyRejection.INFLATED);
      throw TOO_LARGE.error(
          "expected a body that inflates at most %d times, or to %d bytes: %d bytes became %d",
          limits.maxRatio(), limits.floor(), packed.count(), count);
    }
    memory.add((long) COPIES * bytes, count > DENSE_FLOOR && count > DENSE_RATIO * packed.count());
  }

  /** Releases the native memory of the inflater. */
  @Override
  public void close() throws IOException {
    slice.close();
    if (inflated.isPresent()) {
      inflated.get().close();
    }
  }

  /** Rejects a chain of empty members, which the JDK reads by recursion. */
  private static final class Members extends GZIPInputStream {

    private int depth;

    Members(InputStream packed) throws IOException {
      super(packed);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (depth > MAX_EMPTY_MEMBERS) {
        throw new ZipException("too many empty members");
      }
      depth++;
      try {
        return super.read(target, offset, length);
      } finally {
        depth--;
      }
    }
  }
}
