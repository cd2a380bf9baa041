package io.github.vanillanet.base.image;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The parts of {@link PictureRules} that a setting or a request replaces. Immutable.
 *
 * @param parts applied in order
 */
public record PictureOptions(List<Part> parts) {

  public static final PictureOptions NONE = new PictureOptions(List.of());

  /** The names of the parts, as requests use them. */
  public static final List<String> NAMES =
      List.of("preprocessing", "exif", "depth", "alpha", "truncated");

  static final String AUTO = "auto";
  static final String OFFICIAL = "official";

  private static final Pattern COLOUR = Pattern.compile("#?[0-9a-fA-F]{6}");

  /** One replaced part. */
  public record Part(String name, String value) {

    /**
     * @throws ServiceException {@code INVALID_REQUEST} if the name or the value is unknown
     */
    public Part {
      PictureOptions.apply(PictureRules.OFFICIAL, name, value);
    }
  }

  public PictureOptions {
    parts = List.copyOf(parts);
  }

  /**
   * Reads a setting: {@code auto}, {@code official}, or parts such as {@code
   * exif=auto,alpha=#000000}.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if it is not one of these
   */
  public static PictureOptions parse(String text) {
    List<Part> parts = new ArrayList<>();
    for (String part : text.strip().split("\\s*,\\s*")) {
      String[] sides = part.split("\\s*=\\s*", 2);
      parts.add(sides.length == 2 ? new Part(sides[0], sides[1]) : new Part(NAMES.get(0), part));
    }
    return new PictureOptions(parts);
  }

  /** The rules with these parts replaced. */
  public PictureRules apply(PictureRules rules) {
    PictureRules changed = rules;
    for (Part part : parts) {
      changed = apply(changed, part.name(), part.value());
    }
    return changed;
  }

  private static PictureRules apply(PictureRules rules, String name, String value) {
    return switch (name) {
      case "preprocessing" -> {
        PictureRules all = choice(name, value) ? PictureRules.AUTO : PictureRules.OFFICIAL;
        yield new PictureRules(all.upright(), all.scaled(), all.background(), rules.truncated());
      }
      case "exif" ->
          new PictureRules(
              choice(name, value), rules.scaled(), rules.background(), rules.truncated());
      case "depth" ->
          new PictureRules(
              rules.upright(), choice(name, value), rules.background(), rules.truncated());
      case "alpha" ->
          new PictureRules(rules.upright(), rules.scaled(), background(value), rules.truncated());
      case "truncated" -> {
        boolean accepted = value.equals("accept");
        if (!accepted && !value.equals("reject")) {
          throw INVALID_REQUEST.error("truncated: expected accept or reject, got '%s'", value);
        }
        yield new PictureRules(rules.upright(), rules.scaled(), rules.background(), accepted);
      }
      default ->
          throw INVALID_REQUEST.error(
              "expected auto, official, or parts of %s, got '%s'", NAMES, name);
    };
  }

  /** Returns true for {@code auto}. */
  static boolean choice(String name, String value) {
    if (!value.equals(AUTO) && !value.equals(OFFICIAL)) {
      throw INVALID_REQUEST.error("%s: expected auto or official, got '%s'", name, value);
    }
    return value.equals(AUTO);
  }

  /**
   * The background of an {@code alpha}: {@code auto} is white, {@code official} drops alpha, and
   * {@code #rrggbb} is a colour.
   */
  static int background(String alpha) {
    if (COLOUR.matcher(alpha).matches()) {
      return Integer.parseInt(alpha.replace("#", ""), 16);
    }
    return switch (alpha) {
      case AUTO, "white" -> PictureRules.WHITE;
      case OFFICIAL -> PictureRules.ALPHA_DROPPED;
      case "black" -> 0;
      default ->
          throw INVALID_REQUEST.error(
              "alpha: expected auto, official or a colour such as #ff8000, got '%s'", alpha);
    };
  }
}
