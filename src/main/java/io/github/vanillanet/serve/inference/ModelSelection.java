package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Which model answers a request. */
public final class ModelSelection {

  private final ModelRegistry registry;
  private final Optional<String> defaultModel;
  private final BooleanSupplier loading;
  private final ModelGroups groups;

  /** Without groups. */
  public ModelSelection(
      ModelRegistry registry, Optional<String> defaultModel, BooleanSupplier loading) {
    this(registry, defaultModel, loading, new ModelGroups(registry, Map.of()));
  }

  /**
   * @param defaultModel answers when a request names none
   * @param loading true while models are still being brought up: an unknown name may be among them
   */
  public ModelSelection(
      ModelRegistry registry,
      Optional<String> defaultModel,
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
        requested
            .or(() -> defaultModel)
            .map(name -> groups.route(name, deadline, images).orElse(name)));
  }

  /**
   * A lease on the named model; without a name on the default one, else on the only one.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is no such model
   * @throws ServiceException {@code MODEL_AMBIGUOUS} if none is named, none is the default, and
   *     several are loaded
   * @throws ServiceException {@code NOT_READY} if it may still be loading
   */
  public Lease lease(Optional<String> requested) {
    boolean mayBeLoading = loading.getAsBoolean(); // asked first: it may finish meanwhile
    String name = requested.or(() -> defaultModel).orElseGet(() -> onlyModel(mayBeLoading));
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

  private String onlyModel(boolean mayBeLoading) {
    List<String> names = registry.names();
    if (mayBeLoading) {
      throw new ServiceException(ErrorCode.NOT_READY, "the models are still being loaded");
    }
    if (names.size() != 1) {
      throw new ServiceException(
          ErrorCode.MODEL_AMBIGUOUS,
          "no model is named and none is the default; loaded are: " + String.join(", ", names));
    }
    return names.get(0);
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
