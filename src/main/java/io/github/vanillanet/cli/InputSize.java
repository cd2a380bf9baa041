package io.github.vanillanet.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code H} or {@code HxW}, in pixels. */
record InputSize(int height, int width) {

  static final class Converter implements ITypeConverter<InputSize> {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?");

    @Override
    public InputSize convert(String text) {
      Matcher size = SIZE.matcher(text);
      if (!size.matches()) {
        throw new TypeConversionException("expected H or HxW in pixels, found '" + text + "'");
      }
      int height = Integer.parseInt(size.group(1));
      int width = size.group(2) == null ? height : Integer.parseInt(size.group(2));
      if (height < 1 || width < 1) {
        throw new TypeConversionException("expected at least one pixel, found '" + text + "'");
      }
      return new InputSize(height, width);
    }
  }
}
