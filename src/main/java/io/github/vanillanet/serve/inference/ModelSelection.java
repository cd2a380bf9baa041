package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Which model answers a request. */
public final class ModelSelection {

  private final ModelRegistry registry;
  private final Supplier<Optional<String>> defaultModel;
  private final BooleanSupplier loading;
  private final ModelGroups groups;

  /** Without groups. */
  public ModelSelection(
      ModelRegistry registry, Supplier<Optional<String>> defaultModel, BooleanSupplier loading) {
    this(registry, defaultModel, loading, new ModelGroups(registry, Map.of()));
  }

  /**
   * @param defaultModel the model or group that answers a request that names none
   * @param loading true while models are still being brought up: an unknown name may be among them
   */
  public ModelSelection(
      ModelRegistry registry,
      Supplier<Optional<String>> defaultModel,
      BooleanSupplier loading,
      ModelGroups groups) {
    this.registry = registry;
    this.defaultModel = defaultModel;
    this.loading = loading;
    this.groups = groups;
  }

  /**
   * A lease on the named model, or on the member of the named group that suits the deadline.
   *
   * @param images of the request
   * @throws ServiceException as {@link #lease(Optional)} does
   */
  public Lease lease(Optional<String> requested, Deadline deadline, int images) {
    return lease(
        requested.or(defaultModel).map(name -> groups.route(name, deadline, images).orElse(name)));
  }

  /** Whether requests that name no model are answered by this one. */
  public boolean isDefault(String name) {
    return defaultModel.get().equals(Optional.of(name));
  }

  /**
   * A lease on the named model, or without a name on the default one.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such model
   * @throws ServiceException {@code MODEL_AMBIGUOUS} if none is named and there is no default
   * @throws ServiceException {@code NOT_READY} if it may still be loading
   */
  public Lease lease(Optional<String> requested) {
    boolean mayBeLoading = loading.getAsBoolean(); // asked first: it may finish meanwhile
    String name = requested.or(defaultModel).orElseThrow(() -> noDefault(mayBeLoading));
    return registry.lease(name).orElseThrow(() -> absent(name, mayBeLoading));
  }

  /**
   * A lease on the named model, in the version that it insists on.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} also if another version is served
   */
  public Lease lease(ModelTarget target) {
    return requireVersion(target, lease(Optional.of(target.name())));
  }

  /**
   * The same, of the member of a group that suits the deadline.
   *
   * @param images of the request
   */
  public Lease lease(ModelTarget target, Deadline deadline, int images) {
    return requireVersion(target, lease(Optional.of(target.name()), deadline, images));
  }

  private static Lease requireVersion(ModelTarget target, Lease lease) {
    int served = lease.model().id().version();
    if (target.version().orElse(served) != served) {
      lease.close();
      throw new ServiceException(
          ErrorCode.MODEL_NOT_FOUND,
          "model '%s' is served in version %d, not %d"
              .formatted(target.name(), served, target.version().getAsInt()));
    }
    return lease;
  }

  private ServiceException noDefault(boolean mayBeLoading) {
    if (mayBeLoading) {
      return new ServiceException(ErrorCode.NOT_READY, "the models are still being loaded");
    }
    return new ServiceException(
        ErrorCode.MODEL_AMBIGUOUS,
        "the request names no model and there is no default; name one of: "
            + String.join(", ", registry.names()));
  }

  private ServiceException absent(String name, boolean mayBeLoading) {
    if (mayBeLoading) {
      return new ServiceException(
          ErrorCode.NOT_READY,
          "model '%s' is not loaded; models are still being loaded".formatted(name));
    }
    return new ServiceException(
        ErrorCode.MODEL_NOT_FOUND,
        "there is no model '%s'; loaded are: %s"
            .formatted(name, String.join(", ", registry.names())));
  }
}
