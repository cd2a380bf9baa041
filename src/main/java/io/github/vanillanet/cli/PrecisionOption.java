package io.github.vanillanet.cli;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.network.Arithmetic;
import io.github.vanillanet.network.Precision;
import picocli.CommandLine.Option;

/** The option that says in what numbers to compute. */
final class PrecisionOption {

  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "float32, float16 or bfloat16; default: ${DEFAULT-VALUE}")
  private String name;

  /**
   * @throws ServiceException.BadConfiguration if there is no such precision
   */
  Arithmetic arithmetic() {
    return Precision.named(name)
        .map(precision -> new Arithmetic(precision, false))
        .orElseThrow(
            () ->
                new ServiceException.BadConfiguration(
                    "--precision: expected one of %s, found '%s'"
                        .formatted(String.join(", ", Precision.NAMES), name)));
  }
}
