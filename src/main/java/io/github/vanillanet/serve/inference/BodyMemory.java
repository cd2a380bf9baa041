package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import java.time.Duration;
import java.util.Optional;

/**
 * Counts the bytes of all request bodies in memory and limits them. Never blocks; thread-safe.
 *
 * <p>Retry-After follows from Little's law: if {@code b} bytes are held, each for {@code t} on
 * average, then {@code b / t} become free in a second.
 */
public final class BodyMemory {

  private static final double DECAY = 0.9; // weight of a body relative to the next one

  private final long capacity;
  private final Ticker ticker;
  private long held; // guarded by this
  private double bytesSeen; // guarded by this; bytes of closed rooms, decayed
  private double byteNanosSeen; // guarded by this; bytes times the time they were held, decayed

  /**
   * @param capacity bytes of all bodies together
   */
  public BodyMemory(long capacity, Ticker ticker) {
    this.capacity = capacity;
    this.ticker = ticker;
  }

  /** Memory for one body, until it is closed. Thread-safe. */
  public static final class Room implements AutoCloseable {

    private final BodyMemory memory;
    private final long since;
    private long bytes; // guarded by the memory
    private boolean closed; // guarded by the memory

    /**
     * @param bytes its first size; 0 if it grows with the bytes that arrive
     * @throws ServiceException {@code QUEUE_FULL} if other bodies leave no room
     */
    public Room(BodyMemory memory, long bytes) {
      this.memory = memory;
      this.since = memory.ticker.nanos();
      atLeast(bytes);
    }

    /**
     * Grows to {@code needed} bytes; does nothing after {@link #close}. A single body always fits:
     * its length is limited elsewhere.
     *
     * @throws ServiceException {@code QUEUE_FULL} if other bodies leave no room; the room keeps its
     *     size
     */
    public void atLeast(long needed) {
      synchronized (memory) {
        if (closed || needed <= bytes) {
          return;
        }
        long others = memory.held - bytes;
        if (others > 0 && others + needed > memory.capacity) {
          throw memory.full(others, needed);
        }
        memory.held = others + needed;
        bytes = needed;
      }
    }

    /** Idempotent. */
    @Override
    public void close() {
      synchronized (memory) {
        if (!closed) {
          closed = true;
          double held = bytes * (double) (memory.ticker.nanos() - since);
          memory.held -= bytes;
          memory.bytesSeen = DECAY * memory.bytesSeen + bytes;
          memory.byteNanosSeen = DECAY * memory.byteNanosSeen + held;
        }
      }
    }
  }

  /** The caller holds the lock. */
  private ServiceException full(long others, long needed) {
    double missing = Math.min(others, (double) others + needed - capacity);
    double nanos = bytesSeen == 0 ? 0 : byteNanosSeen / bytesSeen * missing / others;
    return ServiceException.rejected(
        ErrorCode.QUEUE_FULL,
        "%d bytes of other bodies are in memory and %d more do not fit, the limit is %d"
            .formatted(others, needed, capacity),
        Optional.of(Duration.ofNanos(Math.round(nanos))));
  }

  /** Bytes of all open rooms. */
  public synchronized long held() {
    return held;
  }

  public long capacity() {
    return capacity;
  }
}
