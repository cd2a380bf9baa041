package io.github.vanillanet.serve.api.call;

import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A body that has arrived as a whole: whoever wants all of it, or a slice, gets it uncopied. */
public final class BodyStream extends ByteArrayInputStream {

  private static final String BODY = "vanillanet.body";

  /**
   * @param body nobody writes it any more
   */
  public BodyStream(byte[] body) {
    super(body);
  }

  /** Lays down the body of a request for {@link #of}. */
  public static void put(RoutingContext context, byte[] body) {
    context.put(BODY, body);
  }

  /** The body of a request, if it was collected; once, for nobody else shall keep it. */
  public static Optional<BodyStream> of(RoutingContext context) {
    byte[] body = context.remove(BODY);
    return Optional.ofNullable(body).map(BodyStream::new);
  }

  @Override
  public synchronized byte[] readAllBytes() {
    if (pos == 0) {
      pos = count;
      return buf;
    }
    return super.readAllBytes();
  }

  /** As many bytes, or those that are left, as a view that nobody writes. */
  public synchronized ByteBuffer slice(int length) {
    int taken = Math.min(length, count - pos);
    ByteBuffer view = ByteBuffer.wrap(buf, pos, taken).slice();
    pos += taken;
    return view;
  }
}
