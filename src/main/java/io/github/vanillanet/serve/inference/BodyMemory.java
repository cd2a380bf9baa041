package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import java.time.Duration;
import java.util.Optional;

/**
 * The bounded memory of the bodies that are being read or worked on. Never blocks; thread-safe.
 *
 * <p>When to try again is told by Little's law: if {@code b} bytes are held, each for {@code t} on
 * average, then {@code b / t} become free in a second.
 */
public final class BodyMemory {

  private static final double WEIGHT_OF_OLD = 0.9; // of each body to the one after it

  private final long capacity;
  private final Ticker ticker;
  private long held; // guarded by this
  private double bytesSeen; // guarded by this; of closed rooms, older ones count less
  private double byteNanosSeen; // guarded by this; each byte for as long as it was held

  /**
   * @param capacity bytes of bodies that may be in memory at the same time
   */
  public BodyMemory(long capacity, Ticker ticker) {
    this.capacity = capacity;
    this.ticker = ticker;
  }

  /** Memory for one body, until it is closed. Any thread. */
  public final class Room implements AutoCloseable {

    private final long since = ticker.nanos();
    private long bytes; // guarded by the memory
    private boolean closed; // guarded by the memory

    private Room() {}

    /**
     * Holds at least so much from now on. Does nothing once it is closed. A lone body is never too
     * large: its length is bounded elsewhere.
     *
     * @throws ServiceException {@code QUEUE_FULL} if the others leave no room; what was held still
     *     is
     */
    public void atLeast(long needed) {
      synchronized (BodyMemory.this) {
        if (closed || needed <= bytes) {
          return;
        }
        long others = held - bytes;
        if (others > 0 && others + needed > capacity) {
          throw full(others, needed);
        }
        held = others + needed;
        bytes = needed;
      }
    }

    /** Idempotent. */
    @Override
    public void close() {
      synchronized (BodyMemory.this) {
        if (!closed) {
          closed = true;
          held -= bytes;
          bytesSeen = WEIGHT_OF_OLD * bytesSeen + bytes;
          byteNanosSeen = WEIGHT_OF_OLD * byteNanosSeen + bytes * (double) (ticker.nanos() - since);
        }
      }
    }
  }

  /**
   * Holds memory for a body.
   *
   * @param bytes that it has, or may have; 0 if it grows with what arrives
   * @throws ServiceException {@code QUEUE_FULL} if those that are there leave no room
   */
  public Room hold(long bytes) {
    Room room = new Room();
    room.atLeast(bytes);
    return room;
  }

  /** Under the lock. */
  private ServiceException full(long others, long needed) {
    double missing = Math.min(others, (double) others + needed - capacity);
    double nanos = bytesSeen == 0 ? 0 : byteNanosSeen / bytesSeen * missing / others;
    return ServiceException.rejected(
        ErrorCode.QUEUE_FULL,
        "%d bytes of other bodies are being worked on and %d do not fit, there is room for %d"
            .formatted(others, needed, capacity),
        Optional.of(Duration.ofNanos(Math.round(nanos))));
  }

  /** Bytes that are held. */
  public synchronized long held() {
    return held;
  }

  /** Bytes that may be held. */
  public long capacity() {
    return capacity;
  }
}
