package io.github.vanillanet.model.certify;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.RgbImage;
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
   * @throws ServiceException {@code NOT_EQUIVALENT} if these are not the golden ones, within the
   *     bound of the certificate's precision
   */
  public void requireSame(int probe, float[] logits) {
    require(probe, logits, certificate.servedBound());
  }

  /**
   * The same of a model in service: whatever was certified must not be taken for a fault later, so
   * its answers may stray by the bound from what they were then.
   */
  public void requireStill(int probe, float[] logits) {
    require(probe, logits, certificate.servedBound() + certificate.served().maxDelta());
  }

  private void require(int probe, float[] logits, double allowed) {
    List<Float> golden = certificate.goldenLogits().get(probe);
    if (logits.length != golden.size()) {
      throw new ServiceException(
          ErrorCode.NOT_EQUIVALENT,
          "the model answers %d logits, certified are %d".formatted(logits.length, golden.size()));
    }
    double maxDelta = 0;
    for (int i = 0; i < logits.length; i++) {
      maxDelta = Math.max(maxDelta, Math.abs((double) golden.get(i) - logits[i])); // NaN wins
    }
    if (!(maxDelta <= allowed)) {
      throw new ServiceException(
          ErrorCode.NOT_EQUIVALENT,
          "the loaded model does not answer as certified: logits of probe %d differ by %.3g, allowed is %.3g"
              .formatted(probe, maxDelta, allowed));
    }
  }
}
