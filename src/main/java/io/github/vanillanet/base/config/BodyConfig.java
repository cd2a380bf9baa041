package io.github.vanillanet.base.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** {@code vanillanet.body.*}, a part of {@link ServingConfig}. */
public interface BodyConfig {

  /**
   * Bytes per second that a client must send on average until its body is complete. Slower requests
   * are rejected with 408.
   */
  @WithDefault("8K")
  @WithConverter(Checked.Size.class)
  MemorySize minRate();

  /** Time after the head of a request before its rate is checked. */
  @WithDefault("5S")
  @WithConverter(Checked.Time.class)
  Duration grace();

  /** Longest time that a client may send one body. Then the request is rejected with 408. */
  @WithDefault("60S")
  @WithConverter(Checked.PositiveTime.class)
  Duration longest();

  /** The same for an uploaded data set. */
  @WithDefault("1H")
  @WithConverter(Checked.PositiveTime.class)
  Duration longestUpload();

  /**
   * Bytes that one byte of a compressed body may inflate to. A request beyond it is rejected with
   * 413.
   */
  @WithDefault("100")
  @WithConverter(Checked.Count.class)
  int maxRatio();

  /**
   * Inflated bytes that any compressed body may have, whatever its ratio. A tensor of zeros
   * compresses a thousandfold.
   */
  @WithDefault("8M")
  @WithConverter(Checked.Size.class)
  MemorySize ratioFloor();
}
