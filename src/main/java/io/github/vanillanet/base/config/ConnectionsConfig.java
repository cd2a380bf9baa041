package io.github.vanillanet.base.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** {@code vanillanet.connections.*}, a part of {@link ServingConfig}. */
public interface ConnectionsConfig {

  /**
   * Connections at the same time. Beyond it, the one that has waited longest for a complete head is
   * closed, then the one that has been idle longest. The service uses at most three quarters of the
   * files that it may open.
   */
  @WithDefault("4096")
  @WithConverter(Checked.Count.class)
  int max();

  /** Requests of one connection that may wait for answers. Further ones are not read. */
  @WithDefault("16")
  @WithConverter(Checked.Count.class)
  int unanswered();

  /** Time for a complete head, from the connection or from the head's first byte. */
  @WithDefault("10S")
  @WithConverter(Checked.PositiveTime.class)
  Duration headTimeout();

  /** Time that a connection may be idle between two requests. */
  @WithDefault("5m")
  @WithConverter(Checked.PositiveTime.class)
  Duration idleTimeout();

  /** A connection is closed if its client reads nothing of an answer for so long. */
  @WithDefault("30S")
  @WithConverter(Checked.PositiveTime.class)
  Duration writeTimeout();

  /**
   * Memory for answers that clients have not read yet. Beyond it, the connections with the most
   * unread bytes are closed. Default: a sixteenth of the heap.
   */
  @WithConverter(Checked.Size.class)
  Optional<MemorySize> answerMemory();
}
