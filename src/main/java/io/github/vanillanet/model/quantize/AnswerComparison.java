package io.github.vanillanet.model.quantize;

import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.certify.SafetyNet;
import io.github.vanillanet.model.network.Precision;
import java.util.List;
import java.util.Optional;

/**
 * Compares the answers of a reduced precision with float32's on a {@link CalibrationSet}.
 *
 * @param offsets as in {@link SafetyNet}
 * @param exact float32's logits of the first half and of the second half, [images][classes]
 */
record AnswerComparison(CalibrationSet images, List<Double> offsets, float[][][] exact) {

  /** The threshold is this multiple of the largest margin of a wrong answer in the first half. */
  private static final double ALLOWANCE = 1.25;

  /**
   * @param found the reduced precision's logits, in the shape of {@code exact}
   * @param goldenLogits its answers to the certificate's probes
   */
  AnswerCertificate certificate(
      Precision precision, float[][][] found, List<List<Float>> goldenLogits) {
    SafetyNet net = new SafetyNet(threshold(exact[0], found[0]), offsets);
    int rawAgreed = 0;
    int agreed = 0;
    int recomputed = 0;
    int right = 0;
    int exactRight = 0;
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < exact[1].length; i++) {
      float[] reference = exact[1][i];
      float[] answer = found[1][i];
      boolean again = net.recomputes(answer, 0, answer.length);
      int expected = best(reference);
      int served = again ? expected : best(answer);
      rawAgreed += best(answer) == expected ? 1 : 0;
      agreed += served == expected ? 1 : 0;
      recomputed += again ? 1 : 0;
      int label = images.judgement().get(i).label().orElse(-1);
      right += served == label ? 1 : 0;
      exactRight += expected == label ? 1 : 0;
      for (int k = 0; k < reference.length; k++) {
        largest = Math.max(largest, Math.abs(reference[k]));
        difference = Math.max(difference, Math.abs((double) reference[k] - answer[k]));
      }
    }
    int count = exact[1].length;
    return new AnswerCertificate(
        precision,
        exact[0].length,
        count,
        net.threshold(),
        rawAgreed,
        agreed,
        recomputed,
        images.labelled() ? Optional.of((double) (right - exactRight) / count) : Optional.empty(),
        difference / Math.max(largest, Float.MIN_NORMAL),
        goldenLogits);
  }

  private double threshold(float[][] reference, float[][] found) {
    SafetyNet margins = new SafetyNet(0, offsets);
    double largest = 0;
    for (int i = 0; i < reference.length; i++) {
      double margin = margins.margin(found[i], 0, found[i].length);
      if (best(found[i]) != best(reference[i]) && Double.isFinite(margin)) {
        largest = Math.max(largest, margin); // answers that are not finite are always recomputed
      }
    }
    return ALLOWANCE * largest;
  }

  /** Index of the class that the service answers with. */
  int best(float[] logits) {
    return new SafetyNet(0, offsets).best(logits, 0, logits.length);
  }
}
