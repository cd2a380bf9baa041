package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.scheduler.Lane;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A version that is loaded and warm. It is counted by its users: one for the registry, one for each
 * {@link Lease}. When the last lets go, its lane is closed, on a thread of its own since that may
 * wait for a forward.
 */
public final class ServedModel {

  private final StoredVersion version;
  private final Placement placement;
  private final Lane lane;
  private final Duration loadTime;
  private final Duration batch1Latency;

  private final InferenceStatistics statistics = new InferenceStatistics();
  private final AtomicInteger users = new AtomicInteger(1);
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /**
   * @param lane owned by this from here on
   * @param loadTime from opening the files until warm
   * @param batch1Latency median time of one image's forward, measured once warm
   */
  public ServedModel(
      StoredVersion version,
      Placement placement,
      Lane lane,
      Duration loadTime,
      Duration batch1Latency) {
    this.version = version;
    this.placement = placement;
    this.lane = lane;
    this.loadTime = loadTime;
    this.batch1Latency = batch1Latency;
  }

  public ModelId id() {
    return version.id();
  }

  public StoredVersion version() {
    return version;
  }

  public Manifest manifest() {
    return version.manifest();
  }

  public Placement placement() {
    return placement;
  }

  public Lane lane() {
    return lane;
  }

  public Duration loadTime() {
    return loadTime;
  }

  public Duration batch1Latency() {
    return batch1Latency;
  }

  public InferenceStatistics statistics() {
    return statistics;
  }

  /** Forwards that were done for requests: several may share one, and a large one may need many. */
  public long executions() {
    return lane.meters().executions();
  }

  /**
   * @throws io.github.vanillanet.base.error.ServiceException {@code NOT_READY} if its lane is out
   *     of service
   */
  public void requireHealthy() {
    lane.requireHealthy();
  }

  /** Counts one more user, unless the model is closing already. */
  boolean acquire() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  /** Counts one user less; the last one closes the model. */
  void release() {
    if (users.decrementAndGet() == 0) {
      new Thread(this::close, "retire-" + id()).start();
    }
  }

  private void close() {
    try {
      lane.close();
    } finally {
      closed.complete(null);
    }
  }

  /** Done when the lane is closed and its memory freed. */
  CompletableFuture<Void> closed() {
    return closed;
  }
}
