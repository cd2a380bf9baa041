package io.github.vanillanet.cli;

import io.github.vanillanet.model.network.VanillaNetVariant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A variant by its official name. */
final class VariantConverter implements ITypeConverter<VanillaNetVariant> {

  @Override
  public VanillaNetVariant convert(String text) {
    return VanillaNetVariant.named(text)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected one of %s, found '%s'".formatted(VanillaNetVariant.names(), text)));
  }
}
