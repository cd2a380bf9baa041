package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.scheduler.LaneFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The live version of each model. A swap takes effect for every lease taken after it; the version
 * before retires when its last lease is back. Thread-safe.
 */
public final class ModelRegistry implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final ConcurrentSkipListMap<String, ServedModel> live = new ConcurrentSkipListMap<>();
  private volatile Runnable changed = () -> {};

  /** Runs {@code listener} after each swap and removal from now on, on the thread that made it. */
  public void onChange(Runnable listener) {
    changed = listener;
  }

  /** A lease on the live version of {@code name}, if there is one. */
  public Optional<Lease> lease(String name) {
    for (ServedModel model = live.get(name); model != null; model = live.get(name)) {
      if (model.acquire()) {
        return Optional.of(new Lease(model));
      }
      // swapped and closed between the two steps: its successor is there by now
    }
    return Optional.empty();
  }

  /**
   * The live version of {@code name}, without a lease: it may be swapped out at any moment, so read
   * its state only and compute nothing with it.
   */
  public Optional<ServedModel> current(String name) {
    return Optional.ofNullable(live.get(name));
  }

  /** Makes {@code next} the live version of its name; the one before retires. */
  public void swap(ServedModel next) {
    ServedModel previous = live.put(next.id().name(), next);
    if (previous != null) {
      previous.lane().meters().retired();
    }
    next.lane().meters().live();
    if (previous != null) {
      next.lane().meters().swapped();
      previous.release();
    }
    changed.run();
  }

  /**
   * Serves a model of the service's own.
   *
   * @param name begins with a dot, so that no model of a repository has it, and is in no list
   */
  public void serveUnlisted(String name, ServedModel model) {
    if (!isUnlisted(name)) {
      throw new IllegalArgumentException("expected a name that begins with a dot, found " + name);
    }
    live.put(name, model);
  }

  private static boolean isUnlisted(String name) {
    return name.startsWith(".");
  }

  /** The live version of {@code name}, if there is one. */
  public Optional<ModelId> live(String name) {
    return Optional.ofNullable(live.get(name)).map(ServedModel::id);
  }

  /** Of live versions whose lane is out of service, why it is. */
  public Map<ModelId, LaneFault> faults() {
    Map<ModelId, LaneFault> faults = new LinkedHashMap<>();
    for (ServedModel model : live.values()) {
      model.lane().fault().ifPresent(fault -> faults.put(model.id(), fault));
    }
    return faults;
  }

  /** Names of all live models, in order, but not the service's own. */
  public List<String> names() {
    return live.keySet().stream().filter(name -> !isUnlisted(name)).toList();
  }

  /** The live versions, by name, without the service's own. */
  public List<StoredVersion> versions() {
    return live.entrySet().stream()
        .filter(entry -> !isUnlisted(entry.getKey()))
        .map(entry -> entry.getValue().version())
        .toList();
  }

  /**
   * Serves {@code name} no more; its version retires.
   *
   * @return false if it was not served
   */
  public boolean remove(String name) {
    ServedModel model = live.remove(name);
    if (model != null) {
      model.lane().meters().retired();
      model.release();
      changed.run();
    }
    return model != null;
  }

  /** Retires every model and waits until each is closed, a minute at most. */
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
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // a hung device: its lane's thread is a daemon and ends with the process
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
