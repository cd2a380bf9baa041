package io.github.vanillanet.base.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The problems of one request, which a single error reports. One thread. */
public final class Problems {

  private final List<String> messages = new ArrayList<>();

  public void require(boolean holds, String format, Object... facts) {
    if (!holds) {
      add(String.format(Locale.ROOT, format, facts));
    }
  }

  public void add(String message) {
    messages.add(message);
  }

  /** The result of a check; empty if it reports a problem, which is added. */
  public <T> Optional<T> collect(Supplier<T> check) {
    try {
      return Optional.of(check.get());
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.INVALID_REQUEST);
      add(e.getMessage());
      return Optional.empty();
    }
  }

  public boolean isEmpty() {
    return messages.isEmpty();
  }

  /**
   * @throws ServiceException {@code INVALID_REQUEST} with all problems, if there are any
   */
  public void throwIfAny() {
    if (!messages.isEmpty()) {
      throw ErrorCode.INVALID_REQUEST.error("%s", String.join("; ", messages));
    }
  }
}
