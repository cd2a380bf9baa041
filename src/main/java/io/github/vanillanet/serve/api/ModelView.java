package io.github.vanillanet.serve.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.certify.Agreement;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.serve.metrics.AnswerCheck;
import io.github.vanillanet.serve.registry.Batching;
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
 * @param reducedPrecision what is known about the answers in a reduced precision; absent for
 *     float32, and for a precision that was certified without calibration images
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
    Optional<ReducedView> reducedPrecision,
    String device,
    BatchingView batching,
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

  /**
   * The verdict on a reduced precision, and what its answers needed since.
   *
   * @param safetyNet whether uncertain answers are computed again in float32
   * @param threshold an answer with a smaller margin between its best two classes is uncertain
   * @param agreement share of the judgement images with float32's best class as served with the
   *     safety net, 0..1
   * @param agreementAtLeast its one-sided 95 % lower bound
   * @param rawAgreement the same share without the safety net
   * @param expectedShare of the judgement images that are computed again, 0..1
   * @param share of all images since the load that were computed again; absent before the first
   *     image and without the safety net
   * @param unchecked images since the load that were uncertain, but the deadline left no time
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record ReducedView(
      boolean safetyNet,
      double threshold,
      double agreement,
      double agreementAtLeast,
      double rawAgreement,
      Optional<Double> top1Change,
      int judgementImages,
      double expectedShare,
      Optional<Double> share,
      long unchecked) {

    static ReducedView of(ServedModel model, AnswerCertificate answers) {
      Map<AnswerCheck, Long> checks = model.meters().checks();
      long images = checks.values().stream().mapToLong(Long::longValue).sum();
      double recomputed = checks.get(AnswerCheck.RECOMPUTED);
      return new ReducedView(
          model.placement().recomputes(),
          answers.threshold(),
          answers.agreement(),
          answers.lowerBound(),
          answers.rawAgreement(),
          answers.top1Change(),
          answers.judgementImages(),
          answers.recomputedShare(),
          images == 0 ? Optional.empty() : Optional.of(recomputed / images),
          checks.get(AnswerCheck.UNCHECKED));
    }
  }

  /**
   * How many requests share a forward.
   *
   * @param maxImages in one forward; 1 for none
   * @param aloneMillis time of an image in a forward of its own; absent if it did not decide
   * @param togetherMillis time of an image in a full batch; absent if it did not decide
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record BatchingView(
      int maxImages,
      @JsonProperty("alone_ms") Optional<Double> aloneMillis,
      @JsonProperty("together_ms") Optional<Double> togetherMillis) {

    static BatchingView of(Batching batching) {
      return new BatchingView(
          batching.policy().maxImages(),
          batching.times().map(times -> millis(times.alone())),
          batching.times().flatMap(Batching.Times::together).map(ModelView::millis));
    }
  }

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
        model.placement().precision(),
        model.placement().answers().map(answers -> ReducedView.of(model, answers)),
        model.placement().deviceNames(),
        BatchingView.of(model.placement().batching()),
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
