package io.github.vanillanet.serving;

import io.github.vanillanet.batching.Ewma;
import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.timing.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bounded memory of the bodies that are being read or worked on. Never blocks; thread-safe.
 *
 * <p>When to try again is told by Little's law: if {@code b} bytes are held, each for {@code t} on
 * average, then {@code b / t} become free in a second.
 */
public final class BodyMemory {

  private final long capacity;
  private final Ticker ticker;
  private final Ewma holding;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param capacity bytes of bodies that may be in memory at the same time
   */
  public BodyMemory(long capacity, Ticker ticker) {
    this.capacity = capacity;
    this.ticker = ticker;
    this.holding = new Ewma(ticker);
  }

  /** Memory for one body, until it is closed. Any thread. */
  public final class Room implements AutoCloseable {

    private final long since = ticker.nanos();
    private long bytes; // guarded by this
    private boolean closed; // guarded by this

    private Room() {}

    /**
     * Holds at least so much from now on. Does nothing once it is closed. A lone body is never too
     * large: its length is bounded elsewhere.
     *
     * @throws ServiceException.QueueFull if the others leave no room; what was held still is
     */
    public synchronized void atLeast(long needed) {
      if (closed || needed <= bytes) {
        return;
      }
      long more = needed - bytes;
      long now = held.addAndGet(more);
      if (now > capacity && now > needed) {
        held.addAndGet(-more);
        throw full(now - more, more);
      }
      bytes = needed;
    }

    /** Idempotent. */
    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        held.addAndGet(-bytes);
        holding.add(ticker.nanos() - since);
      }
    }
  }

  /**
   * Holds memory for a body.
   *
   * @param bytes that it has, or may have; 0 if it grows with what arrives
   * @throws ServiceException.QueueFull if those that are there leave no room
   */
  public Room hold(long bytes) {
    Room room = new Room();
    room.atLeast(bytes);
    return room;
  }

  private ServiceException full(long there, long more) {
    double missing = (double) there + more - capacity;
    double nanos = holding.nanos() * Math.min(1, missing / there);
    return new ServiceException.QueueFull(
        "%d bytes of bodies are being worked on and %d more do not fit, there is room for %d"
            .formatted(there, more, capacity),
        Duration.ofNanos(Math.round(nanos)));
  }

  /** Bytes that are held. */
  public long held() {
    return held.get();
  }

  /** Bytes that may be held. */
  public long capacity() {
    return capacity;
  }
}
