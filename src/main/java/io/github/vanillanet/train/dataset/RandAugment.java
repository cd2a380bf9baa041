package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.RgbImage;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws {@link Distortion}s with replacement and applies each with probability 0.5, at a level from
 * N(magnitude, std) clipped to 0..10. Thread-safe.
 *
 * @param operations drawn per sample, 0 for none
 * @param magnitude mean level, from 0 to 10
 * @param std of the level, 0 for a fixed level
 * @see <a href="https://arxiv.org/abs/1909.13719">RandAugment</a>
 */
public record RandAugment(int operations, double magnitude, double std) {

  public static final RandAugment NONE = new RandAugment(0, 0, 0);

  private static final double PROBABILITY = 0.5;
  private static final Pattern PART = Pattern.compile("(mstd|m|n|inc)(\\d+(?:\\.\\d+)?)");
  private static final Distortion[] ALL = Distortion.values();

  /**
   * Parses timm's notation, for example {@code rand-m7-mstd0.5-inc1}: m is the magnitude, mstd its
   * standard deviation (default 0), n the operations per sample (default 2). {@code inc1} is
   * required, because only the increasing operations are implemented. {@code none} gives {@link
   * #NONE}.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the text is malformed or out of range
   */
  public static RandAugment parse(String text) {
    if (text.equals("none")) {
      return NONE;
    }
    String[] parts = text.split("-", -1);
    int operations = 2;
    double magnitude = -1;
    double std = 0;
    boolean increasing = false;
    for (int i = 1; i < parts.length; i++) {
      Matcher part = PART.matcher(parts[i]);
      if (!part.matches()) {
        throw malformed(text);
      }
      double value = Double.parseDouble(part.group(2));
      switch (part.group(1)) {
        case "m" -> magnitude = value;
        case "mstd" -> std = value;
        case "n" -> operations = (int) value;
        default -> increasing = value == 1;
      }
    }
    if (!parts[0].equals("rand")
        || !increasing
        || magnitude < 0
        || magnitude > Distortion.MAX_LEVEL) {
      throw malformed(text);
    }
    return new RandAugment(operations, magnitude, std);
  }

  private static ServiceException malformed(String text) {
    return BAD_CONFIGURATION.error(
        "RandAugment must be 'none' or have the form rand-m7-mstd0.5-inc1 with m from"
            + " 0 to 10, found '%s'",
        text);
  }

  RgbImage apply(RgbImage image, SplittableRandom random) {
    RgbImage result = image;
    for (int i = 0; i < operations; i++) {
      Distortion distortion = ALL[random.nextInt(ALL.length)];
      if (random.nextDouble() < PROBABILITY) {
        double level = magnitude + std * random.nextGaussian();
        double clipped = Math.max(0, Math.min(Distortion.MAX_LEVEL, level));
        result = distortion.apply(result, clipped, random.nextBoolean() ? 1 : -1);
      }
    }
    return result;
  }
}
