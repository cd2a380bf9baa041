package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Builds the exception for a rejected checkpoint. Its message is one short line for any file. */
final class Rejection {

  private static final int LONGEST_QUOTE = 120;
  private static final int MOST_NAMES = 100;

  private Rejection() {}

  /** Formats in the root locale and replaces control characters by {@code ?}. */
  static ServiceException of(String format, Object... arguments) {
    return new ServiceException(
        ErrorCode.BAD_CHECKPOINT, oneLine(String.format(Locale.ROOT, format, arguments)));
  }

  /** Text from the file, truncated to a length that suits a message. */
  static String quote(String text) {
    return oneLine(
        text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...");
  }

  /** The first hundred names from the file, comma-separated, and the number of the others. */
  static String list(Collection<String> names) {
    String shown =
        names.stream().limit(MOST_NAMES).map(Rejection::quote).collect(Collectors.joining(", "));
    return names.size() <= MOST_NAMES
        ? shown
        : shown + " and " + (names.size() - MOST_NAMES) + " more";
  }

  /** The kind of a value, never its contents: the text of a hostile graph may be exponential. */
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
    if (value instanceof PickleList || value instanceof Object[]) {
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
