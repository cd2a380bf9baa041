package io.github.vanillanet.base.image;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Memory outside the heap, a few buffers of which are kept: fresh pages cost more than decoding
 * into them. Thread-safe.
 */
final class NativeBuffers {

  /** Enough for a photo of 1.3 million pixels. What is larger is freed at once. */
  private static final long KEPT_BYTES = 4 << 20;

  private final BlockingQueue<Buffer> kept =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

  /**
   * Lends a buffer of at least {@code bytes}; what it holds is undefined.
   *
   * @throws OutOfMemoryError if there is no memory
   */
  Buffer take(long bytes) {
    if (bytes > KEPT_BYTES) {
      return new Buffer(bytes);
    }
    Buffer idle = kept.poll();
    return idle == null ? new Buffer(KEPT_BYTES) : idle;
  }

  /** One owner at a time, who closes it. */
  final class Buffer implements AutoCloseable {

    private final long address;
    private final long bytes;

    private Buffer(long bytes) {
      this.bytes = bytes;
      this.address = Native.malloc(bytes);
      if (address == 0) {
        throw new OutOfMemoryError("no memory for a picture of %d bytes".formatted(bytes));
      }
    }

    Pointer pointer() {
      return new Pointer(address);
    }

    /** Gives it back to be kept or freed. */
    @Override
    public void close() {
      if (bytes != KEPT_BYTES || !kept.offer(this)) {
        Native.free(address);
      }
    }
  }
}
