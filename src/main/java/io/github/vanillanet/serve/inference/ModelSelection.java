package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_AMBIGUOUS;
import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Chooses the model that answers a request. Thread-safe. */
public final class ModelSelection {

  private final ModelRegistry registry;
  private final Supplier<Optional<String>> defaultModel;
  private final BooleanSupplier loading;
  private final Map<String, List<String>> groups;

  /**
   * @param defaultModel the model or group that answers requests without a name
   * @param loading whether models are still being loaded: an unknown name may be among them
   * @param groups model names of each group
   */
  public ModelSelection(
      ModelRegistry registry,
      Supplier<Optional<String>> defaultModel,
      BooleanSupplier loading,
      Map<String, List<String>> groups) {
    this.registry = registry;
    this.defaultModel = defaultModel;
    this.loading = loading;
    this.groups = Map.copyOf(groups);
  }

  /** Returns whether this model answers requests without a name. */
  public boolean isDefault(String name) {
    return defaultModel.get().equals(Optional.of(name));
  }

  /**
   * Returns the model that a request would lease now, without a lease. Callers may only read its
   * state.
   *
   * @param name of a model or a group; empty for the default model
   * @return empty if {@link #lease} would fail
   */
  Optional<ServedModel> current(Optional<String> name, Deadline deadline) {
    Optional<String> requested = name.isPresent() ? name : defaultModel.get();
    return requested.isEmpty()
        ? Optional.empty()
        : registry.current(model(requested.get(), deadline, 1));
  }

  /**
   * A lease on a model, or on the member of a group that suits the deadline.
   *
   * @param images of the request
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such model or another version
   *     is in service
   * @throws ServiceException {@code MODEL_AMBIGUOUS} if the request has no name and there is no
   *     default
   * @throws ServiceException {@code NOT_READY} if the model may still be loading
   */
  public Lease lease(ModelTarget target, Deadline deadline, int images) {
    boolean mayBeLoading = loading.getAsBoolean(); // first: loading may end between the two steps
    Optional<String> requested = target.name().isPresent() ? target.name() : defaultModel.get();
    if (requested.isEmpty()) {
      throw noDefault(mayBeLoading);
    }
    return lease(target, model(requested.get(), deadline, images), mayBeLoading);
  }

  private String model(String name, Deadline deadline, int images) {
    List<String> members = groups.get(name);
    return members == null
        ? name
        : ModelGroups.member(registry, members, deadline, images).orElse(name);
  }

  /**
   * A lease on a model that is named; groups are not models.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} or {@code NOT_READY}, as above
   */
  public Lease lease(ModelTarget target) {
    return lease(target, target.name().orElseThrow(), loading.getAsBoolean());
  }

  private Lease lease(ModelTarget target, String name, boolean mayBeLoading) {
    Optional<Lease> lease = registry.lease(name);
    if (lease.isEmpty()) {
      throw notFound(name, mayBeLoading);
    }
    if (target.version().isPresent()) {
      requireVersion(target.version().getAsInt(), lease.get());
    }
    return lease.get();
  }

  private static void requireVersion(int version, Lease lease) {
    int served = lease.model().id().version();
    if (version != served) {
      lease.close();
      throw MODEL_NOT_FOUND.error(
          "model '%s' is served in version %d, not in version %d",
          lease.model().id().name(), served, version);
    }
  }

  private ServiceException noDefault(boolean mayBeLoading) {
    return mayBeLoading
        ? NOT_READY.error("the models are still being loaded")
        : MODEL_AMBIGUOUS.error(
            "the request names no model and there is no default; name one of: %s",
            String.join(", ", registry.names()));
  }

  private ServiceException notFound(String name, boolean mayBeLoading) {
    return mayBeLoading
        ? NOT_READY.error("model '%s' is not loaded; models are still being loaded", name)
        : MODEL_NOT_FOUND.error(
            "there is no model '%s'; loaded models: %s", name, String.join(", ", registry.names()));
  }
}
