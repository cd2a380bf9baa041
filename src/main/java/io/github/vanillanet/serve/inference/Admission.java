package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.registry.ServedModel;
import java.util.Optional;

/**
 * Rejects a request by its head if the model's queue would reject it now, so that its body is not
 * read. The second and last check is the reservation in {@link ClassificationService}. Never
 * blocks; thread-safe.
 */
public final class Admission {

  private final ModelSelection models;
  private final BodyMemory memory;

  public Admission(ModelSelection models, BodyMemory memory) {
    this.models = models;
    this.memory = memory;
  }

  /**
   * Admits a request of one image, or more that are not counted yet. A model that cannot be found
   * is reported later, by the service.
   *
   * @param model name of a model or a group; empty for the default model
   * @param bytes that the body has; 0 if it is counted as it arrives
   * @return memory for the body
   * @throws ServiceException {@code QUEUE_FULL} if the queue or the memory of bodies has no room
   * @throws ServiceException {@code DEADLINE_EXCEEDED} if the answer would come too late
   * @throws ServiceException {@code NOT_READY} if the model is out of service
   */
  public BodyMemory.Room admit(Call call, Optional<String> model, long bytes) {
    Optional<ServedModel> served = models.current(model, call.deadline());
    try {
      if (served.isPresent()) {
        served.get().lane().requireRoom(1, call.deadline());
      }
      return memory.hold(bytes);
    } catch (ServiceException e) {
      served.ifPresent(one -> Attempt.countRejected(call, one, e));
      throw e;
    }
  }

  /** Counts a request whose body did not fit into the memory of bodies while it arrived. */
  public void countRejected(Call call, Optional<String> model, ServiceException reason) {
    models
        .current(model, call.deadline())
        .ifPresent(served -> Attempt.countRejected(call, served, reason));
  }
}
