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

/** Chooses the model that answers a request. Thread-safe. */
public final class ModelSelection {

  private final ModelRegistry registry;
  private final BooleanSupplier loading;
  private final Map<String, List<String>> groups;
  private volatile Optional<String> defaultModel;

  /**
   * @param defaultModel the model or group that answers requests without a name, until {@link
   *     #useDefault}
   * @param loading whether models may still be loaded: an unknown name may be among them
   * @param groups model names of each group
   */
  public ModelSelection(
      ModelRegistry registry,
      Optional<String> defaultModel,
      BooleanSupplier loading,
      Map<String, List<String>> groups) {
    this.registry = registry;
    this.defaultModel = defaultModel;
    this.loading = loading;
    this.groups = Map.copyOf(groups);
  }

  /** From now on this model or group answers requests without a name. */
  public void useDefault(Optional<String> model) {
    defaultModel = model;
  }

  /** The model or group that answers requests without a name. It need not be loaded. */
  public Optional<String> defaultModel() {
    return defaultModel;
  }

  /** Returns whether this model answers requests without a name. */
  public boolean isDefault(String name) {
    return defaultModel.equals(Optional.of(name));
  }

  /**
   * Returns the model that a request would lease now, without a lease. Callers may only read its
   * state.
   *
   * @param name of a model or a group; empty for the default model
   * @return empty if {@link #lease} would fail
   */
  Optional<ServedModel> current(Optional<String> name, Deadline deadline) {
    Optional<String> model = model(name, deadline, 1);
    return model.isEmpty() ? Optional.empty() : registry.current(model.get());
  }

  /**
   * A lease on a model, or on the member of a group that suits the deadline.
   *
   * @param images of the request
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such model or another version
   *     is in service
   * @throws ServiceException {@code MODEL_AMBIGUOUS} if the request has no name and there is no
   *     default
   * @throws ServiceException {@code NOT_READY} if the model may still be loading or is damaged on
   *     disk
   */
  public Lease lease(ModelTarget target, Deadline deadline, int images) {
    Lease lease = lease(target.name(), deadline, images);
    target.version().ifPresent(version -> requireVersion(version, lease));
    return lease;
  }

  /** As {@link #lease(ModelTarget, Deadline, int)}, of any version. */
  Lease lease(Optional<String> name, Deadline deadline, int images) {
    Optional<Lease> lease = model(name, deadline, images).flatMap(registry::lease);
    if (lease.isPresent()) {
      return lease.get();
    }
    boolean mayBeLoading = loading.getAsBoolean(); // first: loading may end between the two steps
    Optional<String> model = model(name, deadline, images);
    return model.flatMap(registry::lease).orElseThrow(() -> notFound(model, mayBeLoading));
  }

  /** The model of a name: the default for none, a member for a group. */
  private Optional<String> model(Optional<String> name, Deadline deadline, int images) {
    Optional<String> requested = name.isPresent() ? name : defaultModel;
    List<String> members = requested.isPresent() ? groups.get(requested.get()) : null;
    return members == null
        ? requested
        : ModelGroups.member(registry, members, deadline, images).or(() -> requested);
  }

  /**
   * A lease on a model that is named; groups are not models.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} or {@code NOT_READY}, as above
   */
  public Lease lease(ModelTarget target) {
    boolean mayBeLoading = loading.getAsBoolean();
    Optional<String> name = target.name();
    Lease lease = name.flatMap(registry::lease).orElseThrow(() -> notFound(name, mayBeLoading));
    target.version().ifPresent(version -> requireVersion(version, lease));
    return lease;
  }

  private static void requireVersion(int version, Lease lease) {
    int served = lease.model().number();
    if (version != served) {
      lease.close();
      throw MODEL_NOT_FOUND.error(
          "model '%s' is served in version %d, not in version %d",
          lease.model().name(), served, version);
    }
  }

  private ServiceException notFound(Optional<String> name, boolean mayBeLoading) {
    if (mayBeLoading) {
      return NOT_READY.error(
          "%s is not loaded, because the service is not ready; /q/health/ready has the reason",
          name.map(model -> "model '" + model + "'").orElse("the default model"));
    }
    Optional<String> fault = name.flatMap(registry.repositoryFaults()::reason);
    if (fault.isPresent()) {
      return NOT_READY.error("model '%s' cannot be served: %s", name.get(), fault.get());
    }
    if (name.isPresent() && groups.containsKey(name.get())) {
      return NOT_READY.error(
          "no member of the group '%s' can be served: %s", name.get(), groups.get(name.get()));
    }
    List<String> loaded = registry.names();
    String names = loaded.isEmpty() ? "none" : String.join(", ", loaded);
    return name.isPresent()
        ? MODEL_NOT_FOUND.error("there is no model '%s'; loaded models: %s", name.get(), names)
        : MODEL_AMBIGUOUS.error(
            "the request names no model and there is no default; name one of the loaded models: %s",
            names);
  }
}
