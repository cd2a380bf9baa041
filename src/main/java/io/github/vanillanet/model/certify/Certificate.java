package io.github.vanillanet.model.certify;

import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.Precision;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Proof that an artifact computes what its source weights compute. It is written when the artifact
 * is made and checked whenever the artifact is loaded.
 *
 * @param variant official name
 * @param slope of the LeakyReLU before the fuse; 1
 * @param weightsSha256 of the source weights, see {@code StateDict.sha256}
 * @param artifactSha256 of the artifact's bytes
 * @param probes the compared images
 * @param goldenLogits the source weights' float64 logits on the probes, rounded to float32: the
 *     expected answers on every device, [probes, classes]
 * @param float64 source weights compared with fused weights, both evaluated in float64
 * @param served the source weights' float64 logits compared with the artifact's own answers
 * @param precision of the artifact
 * @param versions of the software that made the certificate
 */
public record Certificate(
    Source source,
    String variant,
    double slope,
    String weightsSha256,
    String artifactSha256,
    Probes probes,
    List<List<Float>> goldenLogits,
    Agreement float64,
    Agreement served,
    Precision precision,
    Map<String, String> versions) {

  /** The form of the source weights. */
  public enum Source {
    /** Training form, fused by this project. */
    FUSED,
    /** Deployed form, fused elsewhere. */
    DEPLOYED
  }

  /** Bound on |Δlogit| between two float64 evaluations, relative to max(1, max|logit|). */
  static final double FLOAT64_BOUND = 1e-9;

  /** A float32 golden logit may be half a unit in the last place off, and so may the bound. */
  private static final double ROUNDING = 1 + 1e-6;

  public Certificate {
    goldenLogits = goldenLogits.stream().map(List::copyOf).toList(); // rejects nulls
    versions = Map.copyOf(versions);
  }

  /** Bound on |Δlogit| of an artifact's answers, relative to max(1, max|logit|). */
  static double servedBound(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> 1e-5;
      case TF32, FLOAT16, BFLOAT16 -> 1e-2;
      case INT8 -> 2e-2;
    };
  }

  private double servedBound() {
    return servedBound(precision) * largestLogit();
  }

  private double largestLogit() {
    return goldenLogits.stream().flatMap(List::stream).mapToDouble(Math::abs).reduce(1, Math::max);
  }

  /**
   * Certifies an artifact that is derived from this one: same golden logits, other arithmetic.
   *
   * @param derivedSha256 of the derived artifact's bytes
   * @param answers to the probes, in order
   * @throws ServiceException {@code NOT_EQUIVALENT} if the answers are not within the bound
   */
  public Certificate of(Precision derived, String derivedSha256, List<float[]> answers) {
    Certificate certificate = derived(derived, derivedSha256, goldenLogits, answers);
    certificate.requireHolds(goldenLogits.get(0).size());
    return certificate;
  }

  /**
   * Certifies an artifact that is derived from this one by its answers to calibration images. The
   * new certificate has the golden logits that were computed with them, because a reduced precision
   * may differ from the source weights by more than a bound on logits allows.
   *
   * @param derivedSha256 of the derived artifact's bytes
   * @param answers to the probes, in order
   * @throws ServiceException {@code NOT_EQUIVALENT} if the answers are not within the bound of the
   *     precision's golden logits
   */
  public Certificate of(AnswerCertificate reduced, String derivedSha256, List<float[]> answers) {
    Certificate certificate =
        derived(reduced.precision(), derivedSha256, reduced.goldenLogits(), answers);
    certificate.requireWithinServedBound();
    return certificate;
  }

  private Certificate derived(
      Precision derived, String sha256, List<List<Float>> golden, List<float[]> answers) {
    int classes = goldenLogits.get(0).size();
    double[] expected =
        golden.stream().flatMap(List::stream).mapToDouble(Float::doubleValue).toArray();
    double[] found =
        answers.stream()
            .flatMapToDouble(row -> IntStream.range(0, row.length).mapToDouble(i -> row[i]))
            .toArray();
    requireCount("logits", goldenLogits.size() * classes, expected.length);
    requireCount("logits", expected.length, found.length);
    return new Certificate(
        source,
        variant,
        slope,
        weightsSha256,
        sha256,
        probes,
        golden,
        float64,
        Agreement.between(expected, found, classes, servedBound(derived)),
        derived,
        versions);
  }

  /**
   * Checks this certificate. Recomputes the bounds, and ignores those in the file.
   *
   * @param classes of the model
   * @throws ServiceException {@code NOT_EQUIVALENT} if it does not prove equivalence
   */
  public void requireHolds(int classes) {
    requireCount("probes with golden logits", probes.count(), goldenLogits.size());
    goldenLogits.forEach(row -> requireCount("golden logits per probe", classes, row.size()));
    if (slope != 1) {
      throw NOT_EQUIVALENT.error("expected slope 1, found %s", slope);
    }
    requireWithin("float64", float64.maxDelta(), FLOAT64_BOUND * largestLogit() * ROUNDING);
    requireWithinServedBound();
    if (served.top1() != 1) {
      throw NOT_EQUIVALENT.error(
          "expected the same best class for every probe in %s, found it for a fraction"
              + " of %.3f",
          precision.label(), served.top1());
    }
  }

  private void requireWithinServedBound() {
    requireWithin(precision.label(), served.maxDelta(), servedBound() * ROUNDING);
  }

  /**
   * Checks an answer of a model that has just been loaded.
   *
   * @param probe index of the probe
   * @throws ServiceException {@code NOT_EQUIVALENT} if the logits are not within the bound of the
   *     golden ones
   */
  public void requireAnswer(int probe, float[] logits) {
    requireAnswer(probe, logits, servedBound());
  }

  /**
   * Checks an answer of a model in service. It may differ by the bound from the certified answer,
   * so that a certified model is not reported as faulty.
   *
   * @param probe index of the probe
   * @throws ServiceException {@code NOT_EQUIVALENT} if the logits differ by more
   */
  public void requireAnswerInService(int probe, float[] logits) {
    requireAnswer(probe, logits, servedBound() + served.maxDelta());
  }

  private void requireAnswer(int probe, float[] logits, double allowed) {
    List<Float> golden = goldenLogits.get(probe);
    requireCount("logits", golden.size(), logits.length);
    double maxDelta = 0;
    for (int i = 0; i < logits.length; i++) {
      maxDelta = Math.max(maxDelta, Math.abs((double) golden.get(i) - logits[i]));
    }
    requireWithin("the answer to probe " + probe, maxDelta, allowed);
  }

  private static void requireCount(String what, int expected, int found) {
    if (found != expected) {
      throw NOT_EQUIVALENT.error("expected %d %s, found %d", expected, what, found);
    }
  }

  private static void requireWithin(String what, double maxDelta, double allowed) {
    if (!(maxDelta <= allowed)) { // NaN fails
      throw NOT_EQUIVALENT.error(
          "the artifact does not compute what its source weights compute: in %s the"
              + " logits differ by up to %.3g, expected at most %.3g",
          what, maxDelta, allowed);
    }
  }
}
