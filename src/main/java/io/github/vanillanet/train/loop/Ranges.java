package io.github.vanillanet.train.loop;

import io.github.vanillanet.base.error.Problems;

/**
 * Checks of the members of a recipe.
 *
 * @param problems receives a message with the member's name for each failed check
 */
record Ranges(Problems problems) {

  static final double MOST = Double.MAX_VALUE;
  static final double LEAST_POSITIVE = Double.MIN_VALUE;
  static final double BELOW_ONE = Math.nextDown(1.0);

  void atLeast(String member, int value, int least) {
    require(value >= least, "%s: expected at least %d, found %d", member, least, value);
  }

  void range(String member, double value, double least, double most) {
    String range =
        (least == LEAST_POSITIVE ? "more than 0" : "at least 0")
            + (most == MOST ? "" : most == BELOW_ONE ? " and less than 1" : " and at most " + most);
    require(value >= least && value <= most, "%s: expected %s, found %s", member, range, value);
  }

  void require(boolean holds, String message, Object... facts) {
    problems.require(holds, message, facts);
  }
}
