package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.registry.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides about a request by its head alone: one that would be refused anyway is not worth reading.
 * Whom it refuses is counted. Never blocks; thread-safe.
 */
public final class Admission {

  private final ModelSelection models;
  private final BodyMemory memory;

  public Admission(ModelSelection models, BodyMemory memory) {
    this.models = models;
    this.memory = memory;
  }

  /**
   * Refuses what the model's queue would refuse if it were read already. Says nothing about models
   * that there are not.
   *
   * @param model name of a model or a group, or empty for the default
   * @throws ServiceException {@code QUEUE_FULL} if there is no room for one image
   * @throws ServiceException {@code DEADLINE_EXCEEDED} if one image could not be answered in time
   */
  public void requireRoom(Call call, Optional<String> model) {
    attempt(call, model, Attempt::requireRoom);
  }

  /**
   * Holds memory for a request's body.
   *
   * @param model as above
   * @param bytes that it has, or may have; 0 if it grows with what arrives
   * @throws ServiceException {@code QUEUE_FULL} if other bodies leave no room
   */
  public BodyMemory.Room hold(Call call, Optional<String> model, long bytes) {
    try {
      return memory.hold(bytes);
    } catch (ServiceException e) {
      refused(call, model, e);
      throw e;
    }
  }

  /** Counts a request whose body found no room while it arrived. */
  public void refused(Call call, Optional<String> model, ServiceException reason) {
    attempt(call, model, attempt -> attempt.refused(reason));
  }

  private void attempt(Call call, Optional<String> model, Consumer<Attempt> action) {
    Optional<Lease> lease = lease(call, model);
    if (lease.isPresent()) {
      try (Lease one = lease.get()) {
        action.accept(new Attempt(call, one.model(), 1, Duration.ZERO));
      }
    }
  }

  private Optional<Lease> lease(Call call, Optional<String> model) {
    try {
      return Optional.of(models.lease(model, call.deadline(), 1));
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.MODEL_NOT_FOUND, ErrorCode.MODEL_AMBIGUOUS, ErrorCode.NOT_READY);
      return Optional.empty(); // told once the request is read: it may be damaged as well
    }
  }
}
