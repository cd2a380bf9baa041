package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.serve.api.http.Api;
import java.util.function.Predicate;

/**
 * A model in the protocol. Each model has two views with one input each, because a raw request has
 * only one input: the model name takes normalised tensors, {@code NAME-image} takes encoded images.
 *
 * @param name of the view
 * @param model behind it
 * @param input name of the input
 * @param datatype of the input
 */
public record View(String name, String model, String input, String datatype) {

  /**
   * @param isModel whether a model in service has a name: {@code NAME-image} may be one
   */
  static View of(String name, Predicate<String> isModel) {
    String model = Api.modelOfView(name, isModel);
    return model.equals(name)
        ? new View(name, model, "input", "FP32")
        : new View(name, model, "image", "BYTES");
  }

  boolean takesImages() {
    return datatype.equals("BYTES");
  }
}
