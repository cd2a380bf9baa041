package io.github.vanillanet.base.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import java.io.Serial;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Converts the text of a setting and rejects values out of range. {@link ServingConfig} names one of
 * the nested converters beside each setting that has a range.
 */
abstract class Checked<T> implements Converter<T> {

  @Serial private static final long serialVersionUID = 1;

  private final transient Function<String, T> parse;
  private final transient Predicate<T> inRange;
  private final String expected;

  private Checked(Function<String, T> parse, Predicate<T> inRange, String expected) {
    this.parse = parse;
    this.inRange = inRange;
    this.expected = expected;
  }

  @Override
  public T convert(String text) {
    T value;
    try {
      value = parse.apply(text.strip());
    } catch (RuntimeException e) { // parsers of durations and sizes have exceptions of their own
      throw new IllegalArgumentException("expected " + expected, e);
    }
    if (!inRange.test(value)) {
      throw new IllegalArgumentException("expected " + expected);
    }
    return value;
  }

  /** A positive {@code int}. */
  public static final class Count extends Checked<Integer> {
    public Count() {
      super(Integer::valueOf, count -> count > 0, "a whole number of at least 1");
    }
  }

  /** A positive {@code long}. */
  public static final class LongCount extends Checked<Long> {
    public LongCount() {
      super(Long::valueOf, count -> count > 0, "a whole number of at least 1");
    }
  }

  /** A positive size in bytes. */
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

  /** A duration above zero. */
  public static final class PositiveTime extends Checked<Duration> {
    public PositiveTime() {
      super(
          DurationConverter::parseDuration,
          time -> !time.isNegative() && !time.isZero(),
          "a positive duration such as 1.5S or 10m");
    }
  }

  /** A precision that the service can compute in. */
  public static final class PrecisionName extends Checked<String> {
    public PrecisionName() {
      super(
          Function.identity(),
          Set.of("float32", "float16", "bfloat16")::contains,
          "float32, float16 or bfloat16");
    }
  }

  /** A JPEG decoder. */
  public static final class JpegDecoderName extends Checked<String> {
    public JpegDecoderName() {
      super(
          Function.identity(),
          Set.of("auto", "turbojpeg", "imageio")::contains,
          "auto, turbojpeg or imageio");
    }
  }
}
