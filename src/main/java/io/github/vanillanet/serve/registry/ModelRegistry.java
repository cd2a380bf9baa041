package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.scheduler.LaneFault;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The live version of each model and its faults. A lease taken after a swap has the new version.
 * The old version is closed when its last lease is closed. Thread-safe.
 */
public final class ModelRegistry implements AutoCloseable {

  private static final Logger LOG = System.getLogger(ModelRegistry.class.getName());
  private static final Duration CLOSE_TIMEOUT = Duration.ofMinutes(1);

  private final ConcurrentSkipListMap<String, ServedModel> live = new ConcurrentSkipListMap<>();
  private final ConcurrentMap<ModelId, LaneFault> processFaults = new ConcurrentHashMap<>();
  private final RepositoryFaults repositoryFaults = new RepositoryFaults();
  private volatile Runnable onChange = () -> {};

  /** Runs {@code listener} after each later swap and removal, on the thread that made it. */
  public void onChange(Runnable listener) {
    onChange = listener;
  }

  /** Leases the live version of {@code name}; empty if there is none. */
  public Optional<Lease> lease(String name) {
    for (ServedModel model = live.get(name); model != null; model = live.get(name)) {
      if (model.acquire()) {
        return Optional.of(new Lease(model));
      }
      // The model was replaced and closed after live.get(): its successor is in the map.
    }
    return Optional.empty();
  }

  /**
   * Returns the live version of {@code name} without a lease. It may be closed at any moment: read
   * its state, but submit no work to it.
   */
  public Optional<ServedModel> current(String name) {
    return Optional.ofNullable(live.get(name));
  }

  /** Makes {@code next} the live version of its name and retires the previous one. */
  public void swap(ServedModel next) {
    ServedModel previous = live.put(next.id().name(), next);
    if (previous != null) {
      previous.meters().retired();
    }
    next.meters().live();
    repositoryFaults.ended(next.id());
    if (previous != null) {
      next.meters().swapped();
      previous.release();
    }
    onChange.run();
  }

  public Optional<ModelId> live(String name) {
    return current(name).map(ServedModel::id);
  }

  /** The names of all live models, in alphabetical order. */
  public List<String> names() {
    return List.copyOf(live.keySet());
  }

  /** The live versions in alphabetical order of their names. */
  public List<StoredVersion> versions() {
    return live.values().stream().map(ServedModel::version).toList();
  }

  /**
   * Records the fault of the lane of {@code id}, or that it has none any more. Called by the thread
   * that found it.
   */
  public void faulted(ModelId id, Optional<LaneFault> fault) {
    processFaults.compute(
        id,
        (key, known) ->
            known != null && known.sticky()
                ? known
                : fault.filter(LaneFault::stopsProcess).orElse(null));
    if (fault.isEmpty()) {
      LOG.log(Level.INFO, "{0}: the hang is over", id);
      return;
    }
    LOG.log(Level.ERROR, "{0} is out of service: {1}", id, fault.get());
    current(id.name())
        .filter(model -> model.id().equals(id))
        .flatMap(ServedModel::guard)
        .ifPresent(SwapGuard::startRollback);
  }

  public Map<ModelId, LaneFault> faults() {
    Map<ModelId, LaneFault> faults = new LinkedHashMap<>();
    for (ServedModel model : live.values()) {
      model.lane().fault().ifPresent(fault -> faults.put(model.id(), fault));
    }
    return faults;
  }

  /**
   * The faults that end with the process, and hangs until they are over. They remain after their
   * version is swapped out.
   */
  public Map<ModelId, LaneFault> processFaults() {
    return Map.copyOf(processFaults);
  }

  /** The versions and models on disk that cannot be served. */
  public RepositoryFaults repositoryFaults() {
    return repositoryFaults;
  }

  /**
   * Stops serving {@code name} and retires its version.
   *
   * @return false if it was not served
   */
  public boolean remove(String name) {
    ServedModel model = live.remove(name);
    if (model != null) {
      model.meters().retired();
      model.release();
      onChange.run();
    }
    return model != null;
  }

  /** Retires every model and waits until all are closed, for at most one minute. */
  @Override
  public void close() {
    List<CompletableFuture<Void>> closings = new ArrayList<>();
    for (String name : List.copyOf(live.keySet())) {
      ServedModel model = live.remove(name);
      if (model != null) {
        model.release();
        closings.add(model.closed());
      }
    }
    try {
      CompletableFuture.allOf(closings.toArray(CompletableFuture[]::new))
          .get(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.log(Level.WARNING, "Not all models could be closed: {0}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
