package io.github.vanillanet.base.config;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** {@code vanillanet.sign-in.*}, a part of {@link ServingConfig}: limits on failed sign-ins. */
public interface SignInConfig {

  /**
   * Failed sign-ins of one user from one address within the window. Further ones are rejected with
   * 429 before the password is checked, also if it is correct.
   */
  @WithDefault("5")
  @WithConverter(Checked.Count.class)
  int failures();

  /** Failed sign-ins of all users from one address (IPv6: one /64 network) within the window. */
  @WithDefault("20")
  @WithConverter(Checked.Count.class)
  int addressFailures();

  /** How long a failed sign-in counts. */
  @WithDefault("1M")
  @WithConverter(Checked.PositiveTime.class)
  Duration window();
}
