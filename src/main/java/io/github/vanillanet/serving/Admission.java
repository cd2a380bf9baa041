package io.github.vanillanet.serving;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.registry.AnswerObserver;
import io.github.vanillanet.registry.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides about a request by its head alone: one that would be refused anyway is not worth reading,
 * and what is read has its share of a bounded memory. Never blocks; thread-safe.
 */
public final class Admission {

  private final ModelSelection models;
  private final long capacity;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param capacity bytes of bodies that may be in memory at the same time
   */
  public Admission(ModelSelection models, long capacity) {
    this.models = models;
    this.capacity = capacity;
  }

  /** Memory for one body, until it is closed. Idempotent; any thread. */
  public final class Room implements AutoCloseable {

    private final long bytes;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private Room(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public void close() {
      if (open.getAndSet(false)) {
        held.addAndGet(-bytes);
      }
    }
  }

  /**
   * Holds memory for a body. A lone one is never too large: its length is bounded elsewhere.
   *
   * @param bytes that it has, or may have
   * @throws ServiceException.QueueFull if those that are there leave no room
   */
  public Room hold(long bytes) {
    long now = held.addAndGet(bytes);
    if (now > capacity && now > bytes) {
      held.addAndGet(-bytes);
      throw new ServiceException.QueueFull(
          "%d bytes of bodies are being worked on and %d more do not fit, there is room for %d"
              .formatted(now - bytes, bytes, capacity),
          Duration.ZERO);
    }
    return new Room(bytes);
  }

  /** Bytes that are held. */
  public long held() {
    return held.get();
  }

  /**
   * Refuses what the model's queue would refuse if it were read already, and counts it. Says
   * nothing about models that there are not.
   *
   * @param model name of a model or a group, or empty for the default
   * @throws ServiceException.QueueFull if there is no room for one image
   * @throws ServiceException.DeadlineExceeded if one image could not be answered in time
   */
  public void requireRoom(Call call, Optional<String> model) {
    Optional<Lease> lease = lease(call, model);
    if (lease.isPresent()) {
      try (Lease one = lease.get()) {
        new Attempt(call, one.model(), 1, Duration.ZERO, AnswerObserver.none()).requireRoom();
      }
    }
  }

  private Optional<Lease> lease(Call call, Optional<String> model) {
    try {
      return Optional.of(models.lease(model, call.deadline(), 1));
    } catch (ServiceException.ModelNotFound
        | ServiceException.ModelAmbiguous
        | ServiceException.NotReady e) {
      return Optional.empty(); // told once the request is read: it may be damaged as well
    }
  }
}
