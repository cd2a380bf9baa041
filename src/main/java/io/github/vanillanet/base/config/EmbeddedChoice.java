package io.github.vanillanet.base.config;

/** When a service unpacks the included model. */
public enum EmbeddedChoice {
  /** When there is no other model to serve and the repository can be written. */
  AUTO,
  NEVER
}
