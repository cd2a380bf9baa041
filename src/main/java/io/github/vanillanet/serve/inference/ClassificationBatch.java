package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ServiceException;
import java.util.List;

/**
 * The answer to several images.
 *
 * @param outcomes one for each image, in their order
 */
public record ClassificationBatch(
    String model, int version, boolean trained, List<Outcome> outcomes) {

  /** What became of one image. */
  public sealed interface Outcome {

    /**
     * @param predictions the most probable classes, best first
     */
    record Classified(List<Prediction> predictions) implements Outcome {}

    /** A bad image fails alone. */
    record Refused(ServiceException reason) implements Outcome {}
  }
}
