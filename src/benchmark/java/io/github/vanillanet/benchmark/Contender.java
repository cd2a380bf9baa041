package io.github.vanillanet.benchmark;

import java.nio.ByteBuffer;

/** One way to compute a net. Every call comes from one thread. */
interface Contender extends AutoCloseable {

  String name();

  /**
   * @param normalised direct, native order: one float32 sample {@code [3, h, w]}
   * @return logits
   */
  float[] forward(ByteBuffer normalised) throws Exception;

  @Override
  void close() throws Exception;
}
