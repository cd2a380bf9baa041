package io.github.vanillanet.serve.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.certify.Agreement;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.serve.registry.ServedModel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A model in service.
 *
 * @param preprocessing from its manifest; clients use it to create tensors, and to show which part
 *     of an image the model processes
 * @param isDefault whether it answers requests that name no model
 * @param accuracy top-1, 0..1; absent if it was not measured
 * @param calibration of the probabilities; absent for a model without one
 * @param domain marks images of none of the classes; absent for a model without the hint
 * @param loadMillis from opening its files to the end of its warm-up
 * @param batch1LatencyMillis median forward of one image, measured at load
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record ModelView(
    String name,
    int version,
    String variant,
    int depth,
    long parameters,
    long macs,
    InputSize inputSize,
    Preprocessing preprocessing,
    int classes,
    List<String> labels,
    String precision,
    String device,
    boolean trained,
    @JsonProperty("default") boolean isDefault,
    Optional<Double> accuracy,
    Optional<Calibration> calibration,
    Optional<DomainHint> domain,
    String origin,
    Instant created,
    @JsonProperty("load_ms") double loadMillis,
    @JsonProperty("batch1_latency_ms") double batch1LatencyMillis,
    CertificateView certificate) {

  /** The size of the input in pixels. */
  public record InputSize(int height, int width) {}

  /** The certificate without its golden logits. */
  public record CertificateView(
      String source,
      double slope,
      String weightsSha256,
      String artifactSha256,
      int probes,
      Agreement float64,
      Agreement served,
      Map<String, String> versions) {

    static CertificateView of(Certificate certificate) {
      return new CertificateView(
          certificate.source().name().toLowerCase(Locale.ROOT),
          certificate.slope(),
          certificate.weightsSha256(),
          certificate.artifactSha256(),
          certificate.probes().count(),
          certificate.float64(),
          certificate.served(),
          certificate.versions());
    }
  }

  static ModelView of(ServedModel model, boolean isDefault) {
    Manifest manifest = model.manifest();
    return new ModelView(
        model.id().name(),
        model.id().version(),
        manifest.architecture().variant().officialName(),
        manifest.depth(),
        manifest.parameters(),
        manifest.macs(),
        new InputSize(manifest.architecture().inputHeight(), manifest.architecture().inputWidth()),
        manifest.preprocessing(),
        manifest.architecture().classes(),
        model.version().labels(),
        model.placement().certificate().precision().label(),
        model.placement().deviceNames(),
        manifest.trained(),
        isDefault,
        manifest.accuracy(),
        manifest.calibration(),
        manifest.domain(),
        manifest.origin(),
        manifest.created(),
        millis(model.loadTime()),
        millis(model.batch1Latency()),
        CertificateView.of(model.placement().certificate()));
  }

  private static double millis(Duration duration) {
    return Math.round(duration.toNanos() / 1e3) / 1e3;
  }
}
