package io.github.vanillanet.model.checkpoint;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;
import static java.util.Map.entry;

import io.github.vanillanet.base.error.ServiceException;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Builds the exception for a rejected checkpoint. Its message is one short line for any file. */
final class Rejection {

  private static final int LONGEST_QUOTE = 120;
  private static final int MAX_NAMES = 100;
  private static final int FEW = 4;

  /** Control and format characters, line and paragraph separators. */
  private static final Pattern LINE_BREAKERS = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private static final Map<Class<?>, String> KINDS =
      Map.ofEntries(
          entry(PickleDict.class, "a dict"),
          entry(PickleList.class, "a list"),
          entry(Object[].class, "a list"),
          entry(TensorRef.class, "a tensor"),
          entry(StorageRef.class, "a storage"),
          entry(String.class, "a string"),
          entry(Long.class, "an integer"),
          entry(BigInteger.class, "an integer"),
          entry(Double.class, "a float"),
          entry(Boolean.class, "a bool"),
          entry(byte[].class, "bytes"));

  private Rejection() {}

  /** Formats in the root locale and replaces control characters by {@code ?}. */
  static ServiceException of(String format, Object... arguments) {
    return BAD_CHECKPOINT.error(oneLine(String.format(Locale.ROOT, format, arguments)));
  }

  /** Text from the file, truncated to a length that suits a message. */
  static String quote(String text) {
    return oneLine(
        text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...");
  }

  /** The first four names from the file, comma-separated, and the number of the others. */
  static String few(Collection<String> names) {
    return list(names, FEW);
  }

  /** The first hundred names from the file, comma-separated, and the number of the others. */
  static String list(Collection<String> names) {
    return list(names, MAX_NAMES);
  }

  private static String list(Collection<String> names, int most) {
    String shown =
        names.stream().limit(most).map(Rejection::quote).collect(Collectors.joining(", "));
    return names.size() <= most ? shown : shown + " and " + (names.size() - most) + " more";
  }

  /** The kind of a value, never its contents: the text of a hostile graph may be exponential. */
  static String kind(Object value) {
    if (value instanceof PickleObject object) {
      return "an object of " + quote(object.type().toString());
    }
    if (value instanceof Global global) {
      return "the global " + quote(global.toString());
    }
    return KINDS.getOrDefault(value.getClass(), "None");
  }

  private static String oneLine(String text) {
    return LINE_BREAKERS.matcher(text).replaceAll("?");
  }
}
