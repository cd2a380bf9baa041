package io.github.vanillanet.base.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Converts a text and rejects values out of range. {@link ServingConfig} names a subclass beside
 * each setting that has a range.
 */
abstract class Checked<T> implements Converter<T> {

  private final Function<String, T> parse;
  private final Predicate<T> inRange;
  private final String expected;

  private Checked(Function<String, T> parse, Predicate<T> inRange, String expected) {
    this.parse = parse;
    this.inRange = inRange;
    this.expected = expected;
  }

  @Override
  public T convert(String text) {
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

  public static final class Count extends Checked<Integer> {
    public Count() {
      super(Integer::valueOf, count -> count > 0, "a whole number of at least 1");
    }
  }

  public static final class LongCount extends Checked<Long> {
    public LongCount() {
      super(Long::valueOf, count -> count > 0, "a whole number of at least 1");
    }
  }

  public static final class Size extends Checked<MemorySize> {
    public Size() {
      super(
          new MemorySizeConverter()::convert,
          size -> size.asLongValue() > 0,
          "a positive size such as 20M or 2G");
    }
  }

  /** A duration that may be zero. */
  public static final class Time extends Checked<Duration> {
    public Time() {
      super(
          DurationConverter::parseDuration,
          time -> !time.isNegative(),
          "a duration such as 0S, 1.5S or 10m");
    }
  }

  public static final class PositiveTime extends Checked<Duration> {
    public PositiveTime() {
      super(
          DurationConverter::parseDuration,
          time -> !time.isNegative() && !time.isZero(),
          "a positive duration such as 1.5S or 10m");
    }
  }

  public static final class PrecisionName extends Checked<String> {
    public PrecisionName() {
      super(
          Function.identity(),
          Set.of("float32", "float16", "bfloat16")::contains,
          "float32, float16 or bfloat16");
    }
  }

  public static final class JpegDecoderName extends Checked<String> {
    public JpegDecoderName() {
      super(
          Function.identity(),
          Set.of("auto", "turbojpeg", "imageio")::contains,
          "auto, turbojpeg or imageio");
    }
  }
}
