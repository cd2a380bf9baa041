package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.CLIENT_GONE;
import static io.github.vanillanet.base.error.ErrorCode.QUEUE_FULL;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.BodyRejection;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Counts the memory of all request bodies and limits it: the bytes that have arrived, what they
 * inflate to, and what is built from them. Never blocks.
 *
 * <p>A body takes memory when it needs it, never in advance. If there is none left, the incomplete
 * body with the lowest average rate is evicted, and of equal ones the oldest. Complete bodies are
 * never evicted.
 *
 * <p>An eighth of the capacity is reserved for plain bodies, and another one for built bodies, so
 * that photos and small requests are served beside huge ones, see {@link Share}. A large body that
 * is the only one always fits: its length is limited elsewhere.
 *
 * <p>Retry-After follows from Little's law: if {@code b} bytes are held, each for {@code t} on
 * average, then {@code b / t} become free in a second.
 *
 * <p>Thread-safe: one lock guards the counts of the memory and of all its rooms. Event loops take
 * it for each piece of a body, and request threads while they inflate and parse. An eviction
 * changes the counts under the lock; the owner of the evicted body is informed after the lock is
 * released.
 */
public final class BodyMemory {

  private static final double DECAY = 0.9; // weight of a body relative to the next one

  private final long capacity;
  private final long smallBytes; // of the largest body that is not large
  private final long reserve; // bytes of each share that has a reserve
  private final Ticker ticker;
  private final ServingMetrics metrics;
  private final Set<Room> incomplete = new LinkedHashSet<>(); // guarded by this; oldest first
  private final long[] held = new long[Share.values().length]; // guarded by this; by share
  private long total; // guarded by this
  private double bytesSeen; // guarded by this; bytes of closed rooms, decayed
  private double byteNanosSeen; // guarded by this; bytes times the time they were held, decayed

  /**
   * @param capacity bytes of all bodies together
   */
  public BodyMemory(long capacity, Ticker ticker, ServingMetrics metrics) {
    this.capacity = capacity;
    this.smallBytes = capacity / 64;
    this.reserve = capacity / 8;
    this.ticker = ticker;
    this.metrics = metrics;
  }

  /** What a body may use. A body moves to later shares as it grows. */
  private enum Share {
    /** A small body as it arrived, for example a photo. */
    PLAIN,
    /** A small body that was inflated or parsed. Leaves a reserve for plain ones. */
    BUILT,
    /** More than 1/64 of the capacity, or dense. Leaves a reserve for each of the others. */
    LARGE
  }

  /** Memory for one body and what is built from it, until it is closed. Thread-safe. */
  public static final class Room implements AutoCloseable {

    private final BodyMemory memory;
    private final Runnable evicted;
    private final long since;
    private long received; // guarded by the memory; bytes of the transfer
    private long bytes; // guarded by the memory
    private Share share = Share.PLAIN; // guarded by the memory
    private Optional<ErrorCode> closed = Optional.empty(); // guarded by the memory; why

    /**
     * An empty room.
     *
     * @param evicted called at most once, by any thread and without a lock, if the memory is given
     *     to another body before {@link #complete}
     */
    public Room(BodyMemory memory, Runnable evicted) {
      this.memory = memory;
      this.evicted = evicted;
      this.since = memory.ticker.nanos();
    }

    /**
     * Counts bytes of a body that is still incomplete, and grows for them.
     *
     * @param arrived bytes since the last call
     * @param growth bytes that are allocated for them
     * @throws ServiceException as {@link #add}
     */
    public void receive(long arrived, long growth) {
      synchronized (memory) {
        if (closed.isEmpty()) {
          received += arrived;
          memory.incomplete.add(this);
          boolean small = share == Share.PLAIN && bytes + growth <= memory.smallBytes;
          if (small && memory.total + growth <= memory.capacity) { // the usual case
            resize(bytes + growth, Share.PLAIN);
            return;
          }
        }
      }
      memory.grow(this, growth, Share.PLAIN);
    }

    /**
     * The whole body has arrived: it is not evicted any more.
     *
     * @throws ServiceException as {@link #add}
     */
    public void complete() {
      synchronized (memory) {
        memory.incomplete.remove(this);
        if (closed.isPresent()) {
          throw memory.closed(this);
        }
      }
    }

    /**
     * Grows by bytes that are built from the body.
     *
     * @throws ServiceException {@code QUEUE_FULL} if other bodies leave no room, or if this body
     *     was evicted; the room keeps its size
     * @throws ServiceException {@code CLIENT_GONE} after {@link #close}
     */
    public void add(long growth) {
      memory.grow(this, growth, Share.BUILT);
    }

    /**
     * Grows by bytes that an unusually dense body inflates to. They leave the reserves to others,
     * however few they are: many bodies that have just begun to inflate would fill them.
     *
     * @throws ServiceException as {@link #add}
     */
    public void addDense(long growth) {
      memory.grow(this, growth, Share.LARGE);
    }

    /** Releases the memory. Idempotent. */
    @Override
    public void close() {
      synchronized (memory) {
        if (closed.isEmpty()) {
          double held = bytes * (double) (memory.ticker.nanos() - since);
          memory.bytesSeen = DECAY * memory.bytesSeen + bytes;
          memory.byteNanosSeen = DECAY * memory.byteNanosSeen + held;
          release(CLIENT_GONE);
        }
      }
    }

    /** The caller holds the memory's lock. */
    private void release(ErrorCode reason) {
      resize(0, share);
      closed = Optional.of(reason);
      memory.incomplete.remove(this);
    }

    /** The caller holds the memory's lock. */
    private void resize(long size, Share use) {
      memory.total += size - bytes;
      memory.held[share.ordinal()] -= bytes;
      memory.held[use.ordinal()] += size;
      bytes = size;
      share = use;
    }
  }

  private void grow(Room room, long growth, Share least) {
    List<Room> evicted = List.of();
    try {
      synchronized (this) {
        long needed = room.bytes + growth;
        if (room.closed.isPresent()) {
          throw closed(room);
        }
        Share share = needed > smallBytes ? Share.LARGE : later(room.share, least);
        while (!fits(room, needed, share)) {
          Room slowest = slowest(room, share).orElse(room);
          if (slowest == room) {
            metrics.rejected(BodyRejection.FULL);
            throw full(room, needed);
          }
          slowest.release(QUEUE_FULL);
          evicted = evicted.isEmpty() ? new ArrayList<>() : evicted;
          evicted.add(slowest);
        }
        room.resize(needed, share);
      }
    } finally {
      for (Room slow : evicted) {
        metrics.rejected(BodyRejection.EVICTED);
        slow.evicted.run();
      }
    }
  }

  /** The caller holds the lock. */
  private ServiceException closed(Room room) {
    return room.closed.equals(Optional.of(QUEUE_FULL))
        ? evicted()
        : CLIENT_GONE.error("the client disconnected before its body was read");
  }

  private static Share later(Share one, Share other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** The caller holds the lock. */
  private boolean fits(Room room, long needed, Share share) {
    long others = total - room.bytes;
    long sameShare = held[share.ordinal()] - (room.share == share ? room.bytes : 0);
    return others + needed <= capacity - share.ordinal() * reserve
        || (share == Share.LARGE ? sameShare == 0 : sameShare + needed <= reserve);
  }

  /**
   * The incomplete body to evict, which may be the one that needs memory. A photo is not evicted
   * for something large or inflated. The caller holds the lock.
   */
  private Optional<Room> slowest(Room needing, Share share) {
    long now = ticker.nanos();
    return incomplete.stream()
        .filter(room -> room.bytes > 0 && room.share.compareTo(share) >= 0 || room == needing)
        .min(
            Comparator.comparingDouble(
                room -> room.received / (double) Math.max(1, now - room.since)));
  }

  /** The reason of a body that was evicted. */
  public static ServiceException evicted() {
    return ServiceException.rejected(
        QUEUE_FULL,
        "the memory for bodies is full, and this body arrived at the lowest rate",
        Optional.empty());
  }

  /** The caller holds the lock. */
  private ServiceException full(Room room, long needed) {
    long others = total - room.bytes;
    double missing = Math.max(0, Math.min(others, (double) others + needed - capacity));
    double nanos = bytesSeen == 0 ? 0 : byteNanosSeen / bytesSeen * missing / others;
    return ServiceException.rejected(
        QUEUE_FULL,
        "%d bytes of other bodies are in memory and %d more do not fit, the limit is %d"
            .formatted(others, needed, capacity),
        Optional.of(Duration.ofNanos(Math.round(nanos))));
  }

  /** Bytes of all open rooms. */
  public synchronized long held() {
    return total;
  }

  public long capacity() {
    return capacity;
  }
}
