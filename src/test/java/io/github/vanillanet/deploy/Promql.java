package io.github.vanillanet.deploy;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the names of metrics in a PromQL expression. It is not a full parser: it removes strings,
 * label matchers, ranges and label lists. The remaining identifiers are metrics unless they are
 * keywords or functions.
 */
final class Promql {

  private static final Pattern STRINGS =
      Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*'|`[^`]*`");
  private static final Pattern COMMENTS = Pattern.compile("#[^\\n]*");
  private static final Pattern BRACES = Pattern.compile("\\{[^{}]*}");
  private static final Pattern RANGES = Pattern.compile("\\[[^\\[\\]]*]");
  private static final Pattern LABEL_LISTS =
      Pattern.compile(
          "\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\([^()]*\\)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern DURATIONS =
      Pattern.compile("\\boffset\\s+-?\\w+", Pattern.CASE_INSENSITIVE);
  private static final Pattern IDENTIFIER = Pattern.compile("(?<![\\w:.$])[A-Za-z_:][\\w:]*");
  private static final Set<String> KEYWORDS =
      Set.of(
          "and",
          "or",
          "unless",
          "bool",
          "by",
          "without",
          "on",
          "ignoring",
          "group_left",
          "group_right",
          "offset",
          "inf",
          "nan");
  private static final Set<String> AGGREGATIONS =
      Set.of(
          "sum",
          "min",
          "max",
          "avg",
          "group",
          "stddev",
          "stdvar",
          "count",
          "count_values",
          "bottomk",
          "topk",
          "quantile");

  private Promql() {}

  static Set<String> metrics(String expression) {
    String text = STRINGS.matcher(expression).replaceAll("''");
    text = COMMENTS.matcher(text).replaceAll(" ");
    text = BRACES.matcher(text).replaceAll(" ");
    text = RANGES.matcher(text).replaceAll(" ");
    text = LABEL_LISTS.matcher(text).replaceAll(" ");
    text = DURATIONS.matcher(text).replaceAll(" ");
    Set<String> names = new TreeSet<>();
    Matcher identifier = IDENTIFIER.matcher(text);
    while (identifier.find()) {
      String name = identifier.group();
      boolean called = text.substring(identifier.end()).stripLeading().startsWith("(");
      if (!called
          && !KEYWORDS.contains(name.toLowerCase(java.util.Locale.ROOT))
          && !AGGREGATIONS.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }
}
