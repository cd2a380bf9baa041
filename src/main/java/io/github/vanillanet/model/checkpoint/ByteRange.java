package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;

/** The bytes of one storage or zip record. Callers check the bounds. */
@FunctionalInterface
interface ByteRange {

  /** A little-endian view, position 0, capacity {@code length}. */
  ByteBuffer slice(long from, int length);
}
