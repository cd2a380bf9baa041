package io.github.vanillanet.model.certify;

import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Float64Reference;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Evaluates source weights, fused weights and the finished artifact on the same probes, and
 * compares the logits. The artifact is called through both of its input methods.
 */
public final class EquivalenceCheck {

  private EquivalenceCheck() {}

  /**
   * A net before and after the fuse.
   *
   * @param fusedWeights float64; the source weights themselves if they are in the deployed form
   */
  public record Fuse(
      Network source, StateDict sourceWeights, Network deployed, StateDict fusedWeights) {}

  /**
   * Certifies a float32 artifact.
   *
   * @param sha256 of the artifact's bytes
   * @param artifact loaded; called on this thread
   * @param versions of the software involved
   * @throws ServiceException {@code NOT_EQUIVALENT} if the logits differ by more than the bounds
   */
  public static Certificate certify(
      Float64Reference reference,
      Fuse fuse,
      String sha256,
      ModelInstance artifact,
      Preprocessing preprocessing,
      Map<String, String> versions) {
    Probes probes = Probes.STANDARD;
    int count = probes.count();
    int classes = fuse.deployed().architecture().classes();
    float[] normalised = probes.normalised(preprocessing);
    double[] golden = reference.logits(fuse.source(), fuse.sourceWeights(), 1, normalised, count);
    if (!Arrays.stream(golden).allMatch(Double::isFinite)) {
      throw NOT_EQUIVALENT.error("expected finite logits of the source weights, found others");
    }
    double[] fused = reference.logits(fuse.deployed(), fuse.fusedWeights(), 1, normalised, count);
    double[] served = served(artifact, preprocessing, probes, normalised);
    Certificate certificate =
        new Certificate(
            fuse.source().form() == Form.DEPLOYED
                ? Certificate.Source.DEPLOYED
                : Certificate.Source.FUSED,
            fuse.source().architecture().variant().officialName(),
            1,
            fuse.sourceWeights().sha256(),
            sha256,
            probes,
            IntStream.range(0, count).mapToObj(probe -> row(golden, probe, classes)).toList(),
            Agreement.between(golden, fused, classes, Certificate.FLOAT64_BOUND),
            Agreement.between(golden, served, classes, Certificate.servedBound(Precision.FLOAT32)),
            Precision.FLOAT32,
            versions);
    certificate.requireHolds(classes);
    return certificate;
  }

  private static List<Float> row(double[] logits, int probe, int classes) {
    return Arrays.stream(logits, probe * classes, (probe + 1) * classes)
        .mapToObj(logit -> (float) logit)
        .toList();
  }

  /** The artifact's answers, one probe at a time; NaN where its two input methods differ. */
  private static double[] served(
      ModelInstance artifact, Preprocessing preprocessing, Probes probes, float[] normalised) {
    int height = preprocessing.height();
    int width = preprocessing.width();
    ByteBuffer pixels = InputKind.IMAGES.buffer(1, height, width);
    ByteBuffer tensor = InputKind.NORMALISED.buffer(1, height, width);
    int sample = tensor.capacity() / Float.BYTES;
    artifact.attachToThread();
    DoubleStream.Builder answers = DoubleStream.builder();
    int next = 0;
    for (RgbImage image : probes.images(height, width)) {
      pixels.clear().put(image.rgb()).flip();
      tensor.clear().asFloatBuffer().put(normalised, next, sample);
      next += sample;
      float[] ofImage = artifact.forward(InputKind.IMAGES, pixels, 1);
      float[] ofTensor = artifact.forward(InputKind.NORMALISED, tensor, 1);
      for (int k = 0; k < ofImage.length; k++) {
        // both normalise with the same arithmetic: equal to the last bit
        answers.add(ofImage[k] == ofTensor[k] ? ofImage[k] : Double.NaN);
      }
    }
    return answers.build().toArray();
  }
}
