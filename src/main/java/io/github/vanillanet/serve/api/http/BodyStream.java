package io.github.vanillanet.serve.api.http;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;

/** A collected body, which can be read whole or in slices without a copy. */
public final class BodyStream extends ByteArrayInputStream {

  /**
   * @param body never written again
   */
  public BodyStream(byte[] body) {
    super(body);
  }

  @Override
  public synchronized byte[] readAllBytes() {
    if (pos == 0) {
      pos = count;
      return buf;
    }
    return super.readAllBytes();
  }

  /** The next {@code length} bytes, or those that are left, as a view. */
  public synchronized ByteBuffer slice(int length) {
    int taken = Math.min(length, count - pos);
    ByteBuffer view = ByteBuffer.wrap(buf, pos, taken).slice();
    pos += taken;
    return view;
  }
}
