package io.github.vanillanet.serve.inference;

import java.util.OptionalInt;

/**
 * Which model a request names.
 *
 * @param version if it insists on one
 */
public record ModelTarget(String name, OptionalInt version) {

  /** Whichever version is live. */
  public static ModelTarget live(String name) {
    return new ModelTarget(name, OptionalInt.empty());
  }
}
