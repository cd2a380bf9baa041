package io.github.vanillanet.model.certify;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.Precision;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The proof that an artifact computes what its source weights compute. Written when the artifact is
 * made, checked whenever it is loaded.
 *
 * @param source what the weights were: training form, or deployed form already
 * @param variant official name
 * @param slope of the LeakyReLU that the fuse assumed; 1
 * @param weightsSha256 of the source weights, see {@code StateDict.sha256}
 * @param artifactSha256 of the artifact's bytes
 * @param probes the pictures that were compared
 * @param goldenLogits float64 logits of the source weights on the probes, rounded to float32: what
 *     any device must answer
 * @param float64 source weights and fused weights, both evaluated in float64
 * @param served float64 logits of the source weights and the artifact's own answers
 * @param precision in which the artifact computes
 * @param versions of everything that took part
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

  /** What the source weights were. */
  public enum Source {
    /** Training form: fused here. */
    FUSED,
    /** Deployed form: fused elsewhere, evaluated here. */
    DEPLOYED
  }

  /** Largest |Δlogit| between two float64 evaluations, relative to max(1, max|logit|). */
  public static final double FLOAT64_BOUND = 1e-9;

  public Certificate {
    goldenLogits = goldenLogits.stream().map(List::copyOf).toList(); // a null is refused
    versions = Map.copyOf(versions);
  }

  /** Bound of the served precision, relative to max(1, max|logit|). */
  static double servedBound(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> 1e-5;
      case TF32, FLOAT16, BFLOAT16 -> 1e-2;
    };
  }

  /** Largest |Δlogit| that is allowed in the served precision, of any probe. */
  double servedBound() {
    return servedBound(precision) * largestLogit();
  }

  private double largestLogit() {
    double largest = 1;
    for (List<Float> row : goldenLogits) {
      for (float logit : row) {
        largest = Math.max(largest, Math.abs(logit));
      }
    }
    return largest;
  }

  /**
   * The certificate of an artifact with the same weights that computes in another way: the same
   * golden logits, its own digest, its own answers.
   *
   * @param answers to the probes, in their order
   * @return a certificate that holds
   * @throws ServiceException {@code NOT_EQUIVALENT} if it would not
   */
  public Certificate of(Precision other, String otherSha256, List<float[]> answers) {
    int classes = goldenLogits.get(0).size();
    double[] golden =
        goldenLogits.stream().flatMap(List::stream).mapToDouble(Float::doubleValue).toArray();
    double[] found =
        answers.stream()
            .flatMapToDouble(row -> IntStream.range(0, row.length).mapToDouble(i -> row[i]))
            .toArray();
    if (found.length != golden.length) {
      throw new ServiceException(
          ErrorCode.NOT_EQUIVALENT,
          "the model answers %d logits to %d probes, certified are %d"
              .formatted(found.length, answers.size(), golden.length));
    }
    Certificate certificate =
        new Certificate(
            source,
            variant,
            slope,
            weightsSha256,
            otherSha256,
            probes,
            goldenLogits,
            float64,
            Agreement.between(golden, found, classes, servedBound(other)),
            other,
            versions);
    certificate.requireHolds(classes);
    return certificate;
  }

  /**
   * @param classes length of a row of logits
   * @throws ServiceException {@code NOT_EQUIVALENT} naming what fails and by how much
   */
  public void requireHolds(int classes) {
    for (List<Float> row : goldenLogits) {
      if (row.size() != classes) {
        throw new ServiceException(
            ErrorCode.NOT_EQUIVALENT,
            "the certificate has %d golden logits a probe, the model %d classes"
                .formatted(row.size(), classes));
      }
    }
    if (goldenLogits.size() != probes.count()) {
      throw new ServiceException(
          ErrorCode.NOT_EQUIVALENT,
          "the certificate has golden logits of %d probes, expected %d"
              .formatted(goldenLogits.size(), probes.count()));
    }
    if (slope != 1) {
      throw new ServiceException(
          ErrorCode.NOT_EQUIVALENT, "a fused net needs slope 1, found " + slope);
    }
    // Bounds are computed afresh: those in the file are for its reader.
    require("float64", float64, FLOAT64_BOUND * largestLogit());
    require(precision.label(), served, servedBound());
    if (served.top1() != 1) {
      throw new ServiceException(
          ErrorCode.NOT_EQUIVALENT,
          "only %.3f of the probes keep their first class in %s"
              .formatted(served.top1(), precision.label()));
    }
  }

  private static void require(String what, Agreement agreement, double bound) {
    // a float32 golden logit may round the largest one up or down by half a unit in its last place
    if (!(agreement.maxDelta() <= bound * (1 + 1e-6))) {
      throw new ServiceException(
          ErrorCode.NOT_EQUIVALENT,
          "the artifact does not compute what its source weights compute: in %s the logits differ by %.3g, allowed is %.3g"
              .formatted(what, agreement.maxDelta(), bound));
    }
  }
}
