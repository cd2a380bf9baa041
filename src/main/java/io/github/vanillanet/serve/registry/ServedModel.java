package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.VersionMeters;
import io.github.vanillanet.serve.scheduler.Lane;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loaded and warm version. It counts its users: the registry and each {@link Lease}. The last
 * user closes the lane, on a new thread because closing may wait for a forward. Thread-safe.
 */
public final class ServedModel {

  private final StoredVersion version;
  private final ModelId id;
  private final String name;
  private final int number;
  private final Preprocessing preprocessing;
  private final int imageBytes;
  private final boolean trained;
  private final List<String> labels;
  private final double temperature;
  private final double[] bias;
  private final OptionalDouble domainThreshold;
  private final Optional<Boolean> domainExperimental;
  private final String precision;
  private final Placement placement;
  private final boolean maps;
  private final Lane lane;
  private final VersionMeters meters;
  private final Duration loadTime;
  private final Duration batch1Latency;

  private final AtomicInteger users = new AtomicInteger(1);
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private volatile Optional<SwapGuard> guard = Optional.empty();
  private Optional<LastLayer> lastLayer = Optional.empty(); // guarded by this

  /**
   * @param lane owned by this object
   * @param loadTime from opening the files until warm
   * @param batch1Latency median time of a forward with one image
   */
  public ServedModel(
      StoredVersion version,
      Placement placement,
      Lane lane,
      Duration loadTime,
      Duration batch1Latency) {
    this.version = version;
    this.id = version.id();
    this.name = id.name();
    this.number = id.version();
    this.preprocessing = version.manifest().preprocessing();
    this.imageBytes = InputKind.IMAGES.sampleBytes(preprocessing.height(), preprocessing.width());
    this.trained = version.manifest().trained();
    this.labels = version.labels();
    Optional<Calibration> calibration = version.manifest().calibration();
    this.temperature = calibration.map(Calibration::temperature).orElse(1.0);
    this.bias =
        calibration.stream()
            .flatMap(it -> it.bias().stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    this.domainThreshold =
        version.manifest().domain().stream().mapToDouble(DomainHint::threshold).findFirst();
    this.domainExperimental =
        version.manifest().domain().map(DomainHint::experimental).filter(it -> it);
    this.precision = placement.precision();
    this.placement = placement;
    this.maps = LastLayer.isAvailable(version, isDerived(version, placement));
    this.lane = lane;
    this.meters = lane.meters();
    this.loadTime = loadTime;
    this.batch1Latency = batch1Latency;
  }

  public ModelId id() {
    return id;
  }

  public StoredVersion version() {
    return version;
  }

  public Manifest manifest() {
    return version.manifest();
  }

  public String name() {
    return name;
  }

  /** The number of the version. */
  public int number() {
    return number;
  }

  /** False for weights from a seed. */
  public boolean trained() {
    return trained;
  }

  /** One per class, in the order of the logits. */
  public List<String> labels() {
    return labels;
  }

  /** Divides the logits before softmax; 1 for a model without calibration. */
  public double temperature() {
    return temperature;
  }

  /** Added to the divided logits, one per class; empty for none. Not written by any caller. */
  public double[] bias() {
    return bias;
  }

  /**
   * An image with a lower domain score may show none of the classes. If it is present, each row of
   * the lane ends with the score, after the logits.
   */
  public OptionalDouble domainThreshold() {
    return domainThreshold;
  }

  /** True if the model has an experimental {@link DomainHint}; otherwise absent. */
  public Optional<Boolean> domainExperimental() {
    return domainExperimental;
  }

  /**
   * The name of the precision of the first forward: {@code int8}. If {@link Placement#recomputes},
   * each row of the lane ends with the check of its answer, after the domain score.
   */
  public String precision() {
    return precision;
  }

  /**
   * What follows the last maps. Read from the artifact at the first call, because most services
   * need it for no request.
   *
   * @throws ServiceException {@code CONFLICT} if the artifact is too old to return its last maps
   */
  public synchronized LastLayer lastLayer() {
    if (!maps) {
      throw CONFLICT.error(
          "%s has no features and no class maps: its artifact is of an early release;"
              + " 'verify --upgrade %s' publishes it again with them",
          id, name);
    }
    if (lastLayer.isEmpty()) {
      lastLayer = Optional.of(LastLayer.of(version));
    }
    return lastLayer.get();
  }

  /** Returns whether the artifact returns its last maps. */
  public boolean hasMaps() {
    return maps;
  }

  /**
   * Whether every forward, also a second one in float32, is that of an artifact of this release.
   */
  private static boolean isDerived(StoredVersion version, Placement placement) {
    String published = version.manifest().certificate().artifactSha256();
    return !placement.certificate().artifactSha256().equals(published) && !placement.recomputes();
  }

  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** Bytes of one decoded image of the model's input size. */
  public int imageBytes() {
    return imageBytes;
  }

  public Placement placement() {
    return placement;
  }

  public Lane lane() {
    return lane;
  }

  public VersionMeters meters() {
    return meters;
  }

  public Duration loadTime() {
    return loadTime;
  }

  public Duration batch1Latency() {
    return batch1Latency;
  }

  /**
   * @throws ServiceException {@code NOT_READY} if the lane is out of service
   */
  public void requireHealthy() {
    lane.requireHealthy();
  }

  /** The model computed an answer. */
  public void answered() {
    guard.ifPresent(SwapGuard::answered);
  }

  /** The engine failed, or computed logits of an image that are not finite. */
  public void failed() {
    guard.ifPresent(SwapGuard::failed);
  }

  /** Guards the model after a swap. A fault that the lane already has starts the rollback. */
  void guard(SwapGuard started) {
    guard = Optional.of(started);
    lane.fault().ifPresent(fault -> started.startRollback());
  }

  Optional<SwapGuard> guard() {
    return guard;
  }

  /** Adds a user, unless the model is already closing. */
  boolean acquire() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  /** Removes a user. The last one closes the model. */
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

  /** Completes when the lane is closed and its memory is free. */
  CompletableFuture<Void> closed() {
    return closed;
  }
}
