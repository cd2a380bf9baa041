package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;

/** Bytes of one storage or record. The caller has checked the bounds. */
@FunctionalInterface
interface ByteRange {

  /** A little-endian view, position 0, capacity {@code length}. */
  ByteBuffer slice(long from, int length);
}
