package io.github.vanillanet.train.look;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Decides from the names of the classes whether a mirrored image keeps its class. */
final class Mirroring {

  private static final Set<String> SIDES =
      Set.of(
          "left",
          "right",
          "leftward",
          "rightward",
          "clockwise",
          "counterclockwise",
          "anticlockwise");

  private static final Set<String> SYMBOLS =
      Set.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

  private Mirroring() {}

  /**
   * @return the reason why images must not be mirrored; empty if no name is a reason
   */
  static Optional<String> objection(List<String> classNames) {
    Optional<String> side = classNames.stream().filter(Mirroring::namesSide).findFirst();
    if (side.isPresent()) {
      return side.map("the class '%s' may look like another one in a mirror"::formatted);
    }
    return !classNames.isEmpty() && classNames.stream().allMatch(Mirroring::isSymbol)
        ? Optional.of("all classes are named as letters or digits, which a mirror changes")
        : Optional.empty();
  }

  /** Whether a word of the name is a side; words end at other characters and at capital letters. */
  private static boolean namesSide(String name) {
    String words = name.replaceAll("(\\p{Ll})(\\p{Lu})", "$1 $2").toLowerCase(Locale.ROOT);
    return Arrays.stream(words.split("[^\\p{L}]+")).anyMatch(SIDES::contains);
  }

  private static boolean isSymbol(String name) {
    return name.matches("\\p{L}|\\d{1,2}") || SYMBOLS.contains(name.toLowerCase(Locale.ROOT));
  }
}
