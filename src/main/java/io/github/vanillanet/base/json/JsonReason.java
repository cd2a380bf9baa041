package io.github.vanillanet.base.json;

import com.fasterxml.jackson.core.JacksonException;
import java.util.regex.Pattern;

/** Why Jackson cannot read a text, for people. */
public final class JsonReason {

  /** Where an object or array begins, in a text whose content Jackson does not show. */
  private static final Pattern START_MARKER = Pattern.compile(" \\(start marker at \\[[^\\]]*]\\)");

  private JsonReason() {}

  /** One line without names of Jackson's classes and options. */
  public static String of(JacksonException e) {
    String line = e.getOriginalMessage().lines().findFirst().orElse("it is damaged");
    return START_MARKER.matcher(line).replaceAll("");
  }
}
