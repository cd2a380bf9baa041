package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.serve.api.http.Api;
import java.util.function.Predicate;

/**
 * A model in the protocol. Each model has two views with one input each, because a raw request has
 * only one input: the model name takes normalised tensors, {@code NAME-image} takes encoded images.
 *
 * @param name of the view
 * @param model behind it
 */
record View(String name, String model, Kind kind) {

  /** The kind of the input. */
  enum Kind {
    TENSOR("input", "FP32"),
    IMAGE("image", "BYTES");

    private final String input;
    private final String datatype;

    Kind(String input, String datatype) {
      this.input = input;
      this.datatype = datatype;
    }

    String input() {
      return input;
    }

    String datatype() {
      return datatype;
    }
  }

  /**
   * @param isModel whether a model in service has a name, because a model may be called {@code
   *     NAME-image}
   */
  static View of(String name, Predicate<String> isModel) {
    String model = Api.modelOfView(name, isModel);
    return new View(name, model, model.equals(name) ? Kind.TENSOR : Kind.IMAGE);
  }
}
