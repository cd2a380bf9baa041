package io.github.vanillanet.train.loop;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The time that a whole training may take, as text: a number and {@code s}, {@code m} or {@code h}.
 */
public final class Budget {

  private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,5})([smh])");

  private Budget() {}

  /**
   * @param text such as {@code 90s}, {@code 30m} or {@code 2h}
   * @throws ServiceException {@code INVALID_REQUEST} if it has another form
   */
  public static Duration parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw INVALID_REQUEST.error(
          "budget: expected a time such as 90s, 30m or 2h, found '%s'", text);
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }
}
