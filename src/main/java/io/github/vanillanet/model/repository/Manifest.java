package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Precision;
import java.time.Instant;
import java.util.Optional;

/**
 * What stands in a version's {@code manifest.json}: all that the service must know to serve the
 * artifact beside it, and the proof that it may.
 *
 * @param format of this file; 1
 * @param trained false for weights from a seed, which mean nothing
 * @param parameters learned numbers of the deployed form
 * @param macs multiply-accumulates for one image
 * @param origin where the weights came from, in words
 * @param accuracy top-1 on a test set, 0..1, if measured
 */
public record Manifest(
    int format,
    String name,
    Instant created,
    boolean trained,
    Architecture architecture,
    int depth,
    long parameters,
    long macs,
    Preprocessing preprocessing,
    Precision precision,
    String origin,
    Optional<Double> accuracy,
    Certificate certificate) {

  public static final int FORMAT = 1;

  public Manifest {
    if (architecture.inputHeight() != preprocessing.height()
        || architecture.inputWidth() != preprocessing.width()) {
      throw new IllegalArgumentException(
          "the net takes %dx%d, the preprocessing makes %dx%d"
              .formatted(
                  architecture.inputHeight(),
                  architecture.inputWidth(),
                  preprocessing.height(),
                  preprocessing.width()));
    }
  }

  /** The same version, its accuracy measured. */
  Manifest withAccuracy(Optional<Double> measured) {
    return new Manifest(
        format,
        name,
        created,
        trained,
        architecture,
        depth,
        parameters,
        macs,
        preprocessing,
        precision,
        origin,
        measured,
        certificate);
  }
}
