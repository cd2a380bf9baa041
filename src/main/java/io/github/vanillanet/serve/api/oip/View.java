package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.serve.api.call.InferencePaths;
import java.util.List;

/**
 * A model as the protocol shows it. Each has two views, both with one input, so that raw requests
 * work: under its own name normalised tensors, under {@code NAME-image} encoded pictures.
 *
 * @param name under which it was asked for
 * @param model behind it
 */
record View(String name, String model, Kind kind) {

  private static final String IMAGE_SUFFIX = InferencePaths.IMAGE_SUFFIX;

  /** What its one input is. */
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
   * @param registered names of models: one of these is never taken for a view of another
   */
  static View of(String name, List<String> registered) {
    if (!name.endsWith(IMAGE_SUFFIX) || registered.contains(name)) {
      return new View(name, name, Kind.TENSOR);
    }
    String model = name.substring(0, name.length() - IMAGE_SUFFIX.length());
    return new View(name, model, Kind.IMAGE);
  }

  /** The name of {@code model}'s image view. */
  static String imageView(String model) {
    return model + IMAGE_SUFFIX;
  }
}
