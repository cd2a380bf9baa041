package io.github.vanillanet.base.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Converters that reject values out of range. {@link ServingConfig} names one of them beside each
 * setting that has a range.
 */
final class Checked {

  private Checked() {}

  private static <T> T convert(
      String text, Function<String, T> parse, Predicate<T> inRange, String expected) {
    try {
      T value = parse.apply(text.strip());
      if (inRange.test(value)) {
        return value;
      }
    } catch (RuntimeException e) { // the parsers throw several types
      throw new IllegalArgumentException("expected " + expected, e);
    }
    throw new IllegalArgumentException("expected " + expected);
  }

  /** One of at least two names. */
  private static String oneOf(String text, String... names) {
    int last = names.length - 1;
    String all = String.join(", ", List.of(names).subList(0, last)) + " or " + names[last];
    return convert(text, Function.identity(), List.of(names)::contains, all);
  }

  public static final class Count implements Converter<Integer> {
    @Override
    public Integer convert(String text) {
      return Checked.convert(
          text, Integer::valueOf, count -> count > 0, "a whole number of at least 1");
    }
  }

  public static final class CountOrZero implements Converter<Integer> {
    @Override
    public Integer convert(String text) {
      return Checked.convert(
          text, Integer::valueOf, count -> count >= 0, "a whole number of at least 0");
    }
  }

  public static final class Port implements Converter<Integer> {
    @Override
    public Integer convert(String text) {
      return Checked.convert(
          text, Integer::valueOf, port -> port >= 0 && port <= 65535, "a port from 0 to 65535");
    }
  }

  /** A count as text, or {@code auto}. */
  public static final class CountOrAuto implements Converter<String> {
    @Override
    public String convert(String text) {
      return Checked.convert(
          text,
          String::strip,
          count -> count.equals("auto") || Integer.parseInt(count) > 0,
          "auto or a whole number of at least 1");
    }
  }

  /** Quarkus would take every other text for {@code false}. */
  public static final class Flag implements Converter<Boolean> {

    private static final Set<String> TRUE = Set.of("true", "yes", "y", "on", "1");
    private static final Set<String> FALSE = Set.of("false", "no", "n", "off", "0");

    @Override
    public Boolean convert(String text) {
      String flag =
          Checked.convert(
              text,
              it -> it.toLowerCase(Locale.ROOT),
              it -> TRUE.contains(it) || FALSE.contains(it),
              "true or false");
      return TRUE.contains(flag);
    }
  }

  public static final class LongCount implements Converter<Long> {
    @Override
    public Long convert(String text) {
      return Checked.convert(
          text, Long::valueOf, count -> count > 0, "a whole number of at least 1");
    }
  }

  public static final class Size implements Converter<MemorySize> {
    @Override
    public MemorySize convert(String text) {
      return Checked.convert(
          text,
          new MemorySizeConverter()::convert,
          size -> size.asLongValue() > 0,
          "a positive size such as 20M or 2G");
    }
  }

  /** A size in the syntax of {@code -Xmx}, not smaller than what Java accepts. */
  public static final class Heap implements Converter<String> {

    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,14})([kKmMgGtT]?)");
    private static final List<String> UNITS = List.of("", "k", "m", "g", "t"); // powers of 1024
    private static final long SMALLEST = 2 << 20;

    @Override
    public String convert(String text) {
      return Checked.convert(
          text, String::strip, Heap::isAccepted, "a heap of at least 2m, such as 512m or 2g");
    }

    private static boolean isAccepted(String text) {
      Matcher size = SIZE.matcher(text);
      if (!size.matches()) {
        return false;
      }
      int power = UNITS.indexOf(size.group(2).toLowerCase(Locale.ROOT));
      return Long.parseLong(size.group(1)) * Math.pow(1024, power) >= SMALLEST;
    }
  }

  /** A duration that may be zero. */
  public static final class Time implements Converter<Duration> {
    @Override
    public Duration convert(String text) {
      return Checked.convert(
          text,
          DurationConverter::parseDuration,
          time -> !time.isNegative(),
          "a duration such as 0S, 1.5S or 10m");
    }
  }

  public static final class PositiveTime implements Converter<Duration> {
    @Override
    public Duration convert(String text) {
      return Checked.convert(
          text,
          DurationConverter::parseDuration,
          time -> !time.isNegative() && !time.isZero(),
          "a positive duration such as 1.5S or 10m");
    }
  }

  public static final class PrecisionName implements Converter<String> {
    @Override
    public String convert(String text) {
      return Checked.oneOf(text, "float32", "float16", "bfloat16", "int8", "auto");
    }
  }

  public static final class PullPolicy implements Converter<String> {
    @Override
    public String convert(String text) {
      return Checked.oneOf(text, "Always", "IfNotPresent", "Never");
    }
  }

  public static final class PreprocessingParts implements Converter<String> {

    private static final String CHOICE = "(auto|official)";
    private static final String PART =
        "((exif|depth)=%1$s|alpha=(%1$s|white|black|#?[0-9a-fA-F]{6})|truncated=(accept|reject))"
            .formatted(CHOICE);

    @Override
    public String convert(String text) {
      return Checked.convert(
          text,
          Function.identity(),
          parts -> parts.matches("(%1$s|%2$s)(,\\s*%2$s)*".formatted(CHOICE, PART)),
          "auto, official, or parts such as exif=auto,alpha=#000000,truncated=accept");
    }
  }

  public static final class JpegDecoderName implements Converter<String> {
    @Override
    public String convert(String text) {
      return Checked.oneOf(text, "auto", "turbojpeg", "imageio");
    }
  }

  public static final class EmbeddedModelChoice implements Converter<EmbeddedChoice> {
    @Override
    public EmbeddedChoice convert(String text) {
      return Checked.convert(
          text.toUpperCase(Locale.ROOT), EmbeddedChoice::valueOf, choice -> true, "auto or never");
    }
  }

  public static final class Endpoint implements Converter<URI> {
    @Override
    public URI convert(String text) {
      return Checked.convert(
          text,
          URI::create,
          uri -> Set.of("http", "https").contains(uri.getScheme()) && uri.getHost() != null,
          "an address such as http://minio.storage:9000");
    }
  }

  public static final class Location implements Converter<RepositoryLocation> {
    @Override
    public RepositoryLocation convert(String text) {
      return Checked.convert(
          text, RepositoryLocation::new, location -> true, "a folder or s3://BUCKET/PREFIX");
    }
  }
}
