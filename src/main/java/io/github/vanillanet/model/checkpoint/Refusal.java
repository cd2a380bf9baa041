package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Words a refused checkpoint. Whatever the file says, the message stays one short line. */
final class Refusal {

  private static final int LONGEST_QUOTE = 120;
  private static final int MOST_NAMES = 100;

  private Refusal() {}

  /** {@code String.format} in the root locale; control characters become {@code ?}. */
  static ServiceException of(String format, Object... arguments) {
    return new ServiceException(
        ErrorCode.BAD_CHECKPOINT, oneLine(String.format(Locale.ROOT, format, arguments)));
  }

  /** Text from the file, cut to a length that suits a message. */
  static String quote(String text) {
    return oneLine(
        text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...");
  }

  /** Names from the file, comma-separated; beyond the first hundred only their count. */
  static String list(Collection<String> names) {
    String shown =
        names.stream().limit(MOST_NAMES).map(Refusal::quote).collect(Collectors.joining(", "));
    return names.size() <= MOST_NAMES
        ? shown
        : shown + " and " + (names.size() - MOST_NAMES) + " more";
  }

  /** What kind of value this is, never its contents: a hostile graph may print exponentially. */
  static String kind(Object value) {
    if (value instanceof PickleObject object) {
      return "an object of " + object.type();
    }
    if (value instanceof Global global) {
      return "the global " + global;
    }
    if (value instanceof PickleDict) {
      return "a dict";
    }
    if (value instanceof PickleList || value instanceof PickleTuple) {
      return "a list";
    }
    if (value instanceof TensorRef) {
      return "a tensor";
    }
    if (value instanceof StorageRef) {
      return "a storage";
    }
    return switch (value.getClass().getSimpleName()) {
      case "String" -> "a string";
      case "Long", "BigInteger" -> "an integer";
      case "Double" -> "a float";
      case "Boolean" -> "a bool";
      case "byte[]" -> "bytes";
      default -> "None";
    };
  }

  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> line.appendCodePoint(Character.isISOControl(c) || isBreak(c) ? '?' : c));
    return line.toString();
  }

  private static boolean isBreak(int c) {
    return c == 0x2028 || c == 0x2029 || Character.getType(c) == Character.FORMAT;
  }
}
