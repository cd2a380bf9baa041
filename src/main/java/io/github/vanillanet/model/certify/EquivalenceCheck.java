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
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Evaluates source weights, fused weights and the finished artifact on the same probes, and
 * compares the logits. The artifact is called through both of its input methods.
 */
public final class EquivalenceCheck {

  private final Float64Reference reference;
  private final Probes probes = Probes.STANDARD;

  public EquivalenceCheck(Float64Reference reference) {
    this.reference = reference;
  }

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
  public Certificate certify(
      Fuse fuse,
      String sha256,
      ModelInstance artifact,
      Preprocessing preprocessing,
      Map<String, String> versions) {
    int classes = fuse.deployed().architecture().classes();
    float[] normalised = probes.normalised(preprocessing);
    double[] golden = finite(logits(fuse.source(), fuse.sourceWeights(), normalised));
    double[] fused = logits(fuse.deployed(), fuse.fusedWeights(), normalised);
    double[] served = served(artifact, preprocessing, normalised);
    Certificate certificate =
        new Certificate(
            fuse.source().form() == Form.TRAINING
                ? Certificate.Source.FUSED
                : Certificate.Source.DEPLOYED,
            fuse.source().architecture().variant().officialName(),
            1,
            fuse.sourceWeights().sha256(),
            sha256,
            probes,
            rows(golden, classes),
            Agreement.between(golden, fused, classes, Certificate.FLOAT64_BOUND),
            Agreement.between(golden, served, classes, Certificate.servedBound(Precision.FLOAT32)),
            Precision.FLOAT32,
            versions);
    certificate.requireHolds(classes);
    return certificate;
  }

  private double[] logits(Network network, StateDict weights, float[] normalised) {
    return reference.logits(network, weights, 1, normalised, probes.count());
  }

  private static double[] finite(double[] logits) {
    for (double logit : logits) {
      if (!Double.isFinite(logit)) {
        throw NOT_EQUIVALENT.error("expected finite logits of the source weights, found %s", logit);
      }
    }
    return logits;
  }

  /** The artifact's answers, one probe at a time; NaN where its two input methods differ. */
  private double[] served(ModelInstance artifact, Preprocessing preprocessing, float[] normalised) {
    int height = preprocessing.height();
    int width = preprocessing.width();
    List<RgbImage> images = probes.images(height, width);
    ByteBuffer pixels = direct(InputKind.IMAGES.sampleBytes(height, width));
    ByteBuffer tensor = direct(InputKind.NORMALISED.sampleBytes(height, width));
    int sample = tensor.capacity() / Float.BYTES;
    artifact.attachToThread();
    double[] all = new double[0];
    for (int i = 0; i < images.size(); i++) {
      pixels.clear().put(images.get(i).rgb()).flip();
      tensor.clear().asFloatBuffer().put(normalised, i * sample, sample);
      float[] ofImage = artifact.forward(InputKind.IMAGES, pixels, 1);
      float[] ofTensor = artifact.forward(InputKind.NORMALISED, tensor, 1);
      if (all.length == 0) {
        all = new double[images.size() * ofImage.length];
      }
      for (int k = 0; k < ofImage.length; k++) {
        // both normalise with the same arithmetic: equal to the last bit
        all[i * ofImage.length + k] = ofImage[k] == ofTensor[k] ? ofImage[k] : Double.NaN;
      }
    }
    return all;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private static List<List<Float>> rows(double[] logits, int classes) {
    List<List<Float>> rows = new ArrayList<>();
    for (int from = 0; from < logits.length; from += classes) {
      List<Float> row = new ArrayList<>(classes);
      for (int i = from; i < from + classes; i++) {
        row.add((float) logits[i]);
      }
      rows.add(row);
    }
    return rows;
  }
}
