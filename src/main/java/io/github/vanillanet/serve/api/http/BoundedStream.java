package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts the bytes that are read, and fails at more than {@code limit}. */
final class BoundedStream extends FilterInputStream {

  private final long limit;
  private long count;

  BoundedStream(InputStream body, long limit) {
    super(body);
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    add(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = super.read(target, offset, length);
    add(Math.max(0, read));
    return read;
  }

  /** Bytes that were read. */
  long count() {
    return count;
  }

  private void add(int bytes) {
    count += bytes;
    if (count > limit) {
      throw TOO_LARGE.error("expected a body of at most %d bytes, got more", limit);
    }
  }

  /**
   * Leaves the body open: closing it would read to its end, and a client may never stop sending.
   */
  @Override
  public void close() {}
}
