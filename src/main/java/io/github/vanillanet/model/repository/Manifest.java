package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Precision;
import java.time.Instant;
import java.util.Optional;

/**
 * Content of a version's {@code manifest.json}: how to serve the artifact, and its certificate.
 *
 * @param format of the file; 1
 * @param trained false for weights from a seed
 * @param parameters of the deployed form
 * @param macs multiply-accumulates for one image
 * @param origin where the weights come from, as text
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
          "the architecture expects %dx%d pixels, the preprocessing gives %dx%d"
              .formatted(
                  architecture.inputHeight(),
                  architecture.inputWidth(),
                  preprocessing.height(),
                  preprocessing.width()));
    }
  }

  Manifest withAccuracy(double measured) {
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
        Optional.of(measured),
        certificate);
  }
}
