package io.github.vanillanet.serve.scheduler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Direct memory that every forward of a worker reuses, because the engine reads it without a copy.
 * Confined to the worker's thread.
 */
final class Staging {

  private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

  /** The memory, with position 0 and the limit {@code bytes}. */
  ByteBuffer clear(int bytes) {
    if (buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
    return buffer.clear().limit(bytes);
  }
}
