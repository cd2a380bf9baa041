package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.RgbImage;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws operations with replacement and applies each to half of the samples, at a level from N(
 * magnitude, std) clipped to 0..10. Immutable; any thread.
 *
 * @param operations drawn per sample, 0 for none
 * @param magnitude mean level, 0 to 10
 * @param std of the level, 0 for a fixed level
 * @see Distortion
 */
public record RandAugment(int operations, double magnitude, double std) {

  private static final double SHARE = 0.5;
  private static final Pattern PART = Pattern.compile("(mstd|m|n|inc)(\\d+(?:\\.\\d+)?)");
  private static final Distortion[] ALL = Distortion.values();

  public RandAugment {
    if (operations < 0 || !(magnitude >= 0 && magnitude <= Distortion.MOST) || !(std >= 0)) {
      throw new IllegalArgumentException(
          "expected operations >= 0, magnitude 0 to 10, std >= 0, found %d, %s, %s"
              .formatted(operations, magnitude, std));
    }
  }

  /** Leaves every sample as it is. */
  public static RandAugment none() {
    return new RandAugment(0, 0, 0);
  }

  /**
   * Reads the recipe's spelling, for instance {@code rand-m7-mstd0.5-inc1}: m is the magnitude,
   * mstd its standard deviation (0 if not given), n the operations per sample (2 if not given).
   * {@code inc1} must be there: only the increasing operations exist.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the text is of another form or out of
   *     range
   */
  public static RandAugment parse(String text) {
    String[] parts = text.split("-", -1);
    int operations = 2;
    double magnitude = -1;
    double std = 0;
    boolean increasing = false;
    for (int i = 1; i < parts.length; i++) {
      Matcher part = PART.matcher(parts[i]);
      if (!part.matches()) {
        throw unreadable(text);
      }
      double value = Double.parseDouble(part.group(2));
      switch (part.group(1)) {
        case "m" -> magnitude = value;
        case "mstd" -> std = value;
        case "n" -> operations = (int) value;
        default -> increasing = value == 1;
      }
    }
    if (!parts[0].equals("rand") || !increasing || magnitude < 0 || magnitude > Distortion.MOST) {
      throw unreadable(text);
    }
    return new RandAugment(operations, magnitude, std);
  }

  private static ServiceException unreadable(String text) {
    return new ServiceException(
        ErrorCode.BAD_CONFIGURATION,
        "expected RandAugment as rand-m7-mstd0.5-inc1 with m from 0 to 10, found " + text);
  }

  RgbImage apply(RgbImage picture, SplittableRandom random) {
    RgbImage result = picture;
    for (int i = 0; i < operations; i++) {
      Distortion distortion = ALL[random.nextInt(ALL.length)];
      if (random.nextDouble() < SHARE) {
        double level = magnitude + std * random.nextGaussian();
        double clipped = Math.max(0, Math.min(Distortion.MOST, level));
        result = distortion.apply(result, clipped, random.nextBoolean() ? 1 : -1);
      }
    }
    return result;
  }
}
