package io.github.vanillanet.model.checkpoint;

/** Python's {@code None}. */
enum PickleNone {
  NONE
}
