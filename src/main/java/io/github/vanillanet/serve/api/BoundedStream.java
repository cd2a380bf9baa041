package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Refuses to give more bytes than its bound. Closing it does not close the stream below, which
 * would read to its end: a client that was refused may go on sending for ever.
 */
final class BoundedStream extends FilterInputStream {

  private final long bound;
  private long given;

  BoundedStream(InputStream body, long bound) {
    super(body);
    this.bound = bound;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = super.read(target, offset, length);
    count(Math.max(0, count));
    return count;
  }

  private void count(int bytes) {
    given += bytes;
    if (given > bound) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE, "expected a body of at most %d bytes, found more".formatted(bound));
    }
  }

  @Override
  public void close() {
    // see above
  }
}
