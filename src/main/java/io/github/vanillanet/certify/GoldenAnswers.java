package io.github.vanillanet.certify;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.image.RgbImage;
import java.util.List;

/** A certificate's probes and what a healthy device answers to them. */
public record GoldenAnswers(Certificate certificate) {

  /** The probes at the model's input size. */
  public List<RgbImage> images(int height, int width) {
    return certificate.probes().images(height, width);
  }

  /**
   * @param probe index into the probes
   * @param logits what the loaded model answered
   * @throws ServiceException.NotEquivalent if these are not the golden ones, within the bound of
   *     the certificate's precision
   */
  public void requireSame(int probe, float[] logits) {
    List<Float> row = certificate.goldenLogits().get(probe);
    double[] golden = row.stream().mapToDouble(Float::doubleValue).toArray();
    double[] found = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      found[i] = logits[i];
    }
    if (found.length != golden.length) {
      throw new ServiceException.NotEquivalent(
          "the model answers %d logits, certified are %d".formatted(found.length, golden.length));
    }
    Agreement agreement =
        Agreement.between(
            golden, found, golden.length, Certificate.servedBound(certificate.precision()));
    if (!agreement.holds()) {
      throw new ServiceException.NotEquivalent(
          "the loaded model does not answer as certified: logits of probe %d differ by %.3g, allowed is %.3g"
              .formatted(probe, agreement.maxDelta(), agreement.bound()));
    }
  }
}
