package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InstanceLoader;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.repository.StoredVersion;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Chooses the arithmetic of a version: the configured one, or of several the fastest that is
 * certified for the version and gives the certified answers on this machine.
 *
 * @param candidates what the devices support; of several, the first one is the published one's
 *     precision, which needs no further certificate
 * @param recomputes whether uncertain answers are computed again in float32, which takes time
 */
public record PrecisionChoice(List<Arithmetic> candidates, boolean recomputes) {

  private static final Logger LOG = System.getLogger(PrecisionChoice.class.getName());

  public PrecisionChoice {
    candidates = List.copyOf(candidates);
  }

  /** One arithmetic for all versions, whose uncertain answers are computed again. */
  public static PrecisionChoice only(Arithmetic arithmetic) {
    return new PrecisionChoice(List.of(arithmetic), true);
  }

  /**
   * @throws ServiceException if the version cannot be loaded in the first of several candidates
   */
  Arithmetic of(
      StoredVersion version, List<RgbImage> probes, InstanceLoader engine, Device device) {
    Arithmetic best = candidates.get(0);
    List<Arithmetic> others = certified(version);
    if (others.isEmpty()) {
      return best;
    }
    Duration exact = measure(version, probes, engine, device, best);
    Duration shortest = exact;
    for (Arithmetic other : others) {
      try {
        Duration one = measure(version, probes, engine, device, other);
        Duration expected = one.plusNanos(Math.round(share(version, other) * exact.toNanos()));
        LOG.log(
            Level.DEBUG, "{0} in {1}: {2}, in float32: {3}", version.id(), other, expected, exact);
        if (expected.compareTo(shortest) < 0) {
          shortest = expected;
          best = other;
        }
      } catch (ServiceException e) {
        e.rethrowUnless(NOT_EQUIVALENT, BAD_CONFIGURATION, BAD_ARTIFACT);
        LOG.log(
            Level.WARNING, "{0} is not served in {1}: {2}", version.id(), other, e.getMessage());
      }
    }
    return best;
  }

  /** The certified ones of the candidates behind the first. */
  private List<Arithmetic> certified(StoredVersion version) {
    if (candidates.size() == 1) {
      return List.of();
    }
    try {
      List<Precision> certified = version.certifiedPrecisions();
      return candidates.stream().skip(1).filter(it -> certified.contains(it.precision())).toList();
    } catch (ServiceException e) { // damaged; the published arithmetic does not need it
      e.rethrowUnless(BAD_ARTIFACT);
      LOG.log(Level.WARNING, "{0} is served in float32: {1}", version.id(), e.getMessage());
      return List.of();
    }
  }

  private double share(StoredVersion version, Arithmetic arithmetic) {
    return recomputes
        ? answers(version, arithmetic).map(AnswerCertificate::recomputedShare).orElse(0.0)
        : 0;
  }

  /** The verdict on a precision; empty for float32 and for one that is not calibrated. */
  static Optional<AnswerCertificate> answers(StoredVersion version, Arithmetic arithmetic) {
    return switch (arithmetic.precision()) {
      case FLOAT32, TF32 -> Optional.empty();
      case FLOAT16, BFLOAT16, INT8 ->
          version.reducedPrecisions().flatMap(it -> it.certificate(arithmetic.precision()));
    };
  }

  /** Time of one image, on a thread that ends: the engine keeps threads for each caller. */
  private static Duration measure(
      StoredVersion version,
      List<RgbImage> probes,
      InstanceLoader engine,
      Device device,
      Arithmetic arithmetic) {
    CompletableFuture<Duration> time = new CompletableFuture<>();
    RgbImage probe = probes.get(0);
    Thread thread =
        new Thread(
            () -> {
              try (ServedArtifact artifact =
                      ServedArtifact.of(version, List.of(device), arithmetic);
                  ModelInstance instance =
                      engine.load(artifact.file(), device, probe.height(), probe.width())) {
                instance.attachToThread();
                artifact.certificate(version, WarmedInstance.answers(instance, probes));
                time.complete(WarmedInstance.fastest(instance, probe, 1));
              } catch (RuntimeException | Error e) {
                time.completeExceptionally(e);
              }
            },
            String.format(Locale.ROOT, "measure-%s", version.id()));
    thread.start();
    return Joined.result(time);
  }
}
