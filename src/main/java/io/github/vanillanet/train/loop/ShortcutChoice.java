package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.vanillanet.model.network.Shortcut;

/** The values of {@link Shortcut} in a training request. The network package does without JSON. */
public enum ShortcutChoice {
  @JsonProperty("none")
  NONE(Shortcut.NONE),
  @JsonProperty("before")
  BEFORE(Shortcut.BEFORE),
  @JsonProperty("after")
  AFTER(Shortcut.AFTER);

  private final Shortcut shortcut;

  ShortcutChoice(Shortcut shortcut) {
    this.shortcut = shortcut;
  }

  Shortcut inNetwork() {
    return shortcut;
  }
}
