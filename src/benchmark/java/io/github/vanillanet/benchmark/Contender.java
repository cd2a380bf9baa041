package io.github.vanillanet.benchmark;

import java.nio.ByteBuffer;

/** A way to compute a network. All calls come from one thread. */
interface Contender extends AutoCloseable {

  String name();

  /**
   * @param normalised one float32 sample {@code [3, h, w]}, direct, native byte order
   * @return logits
   */
  float[] forward(ByteBuffer normalised) throws Exception;

  @Override
  void close() throws Exception;
}
