package io.github.vanillanet;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import org.assertj.core.api.Condition;

/** Conditions on the code of a {@link ServiceException}: tests assert codes, not wording. */
public final class Failures {

  private Failures() {}

  public static Condition<Throwable> code(ErrorCode code) {
    return new Condition<>(
        failure -> ServiceException.has(failure, code), "a ServiceException with code %s", code);
  }

  public static Condition<Throwable> causeCode(ErrorCode code) {
    return new Condition<>(
        failure -> ServiceException.has(failure.getCause(), code), "a cause with code %s", code);
  }
}
