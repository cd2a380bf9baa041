package io.github.vanillanet.train.loop;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;

/**
 * Checks of the members of a recipe. All methods throw {@link ServiceException} {@code
 * INVALID_REQUEST} with the member's name.
 */
final class Ranges {

  static final double MOST = Double.MAX_VALUE;
  static final double LEAST_POSITIVE = Double.MIN_VALUE;
  static final double BELOW_ONE = Math.nextDown(1.0);

  private Ranges() {}

  static void requireAtLeast(String member, int value, int least) {
    require(value >= least, "%s: expected at least %d, found %d", member, least, value);
  }

  static void requireRange(String member, double value, double least, double most) {
    String range =
        (least == LEAST_POSITIVE ? "more than 0" : "at least 0")
            + (most == MOST ? "" : most == BELOW_ONE ? " and less than 1" : " and at most " + most);
    require(value >= least && value <= most, "%s: expected %s, found %s", member, range, value);
  }

  static void require(boolean holds, String message, Object... facts) {
    if (!holds) {
      throw INVALID_REQUEST.error(message, facts);
    }
  }
}
