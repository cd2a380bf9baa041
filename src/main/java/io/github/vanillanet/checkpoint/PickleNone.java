package io.github.vanillanet.checkpoint;

/** Python's {@code None}. */
enum PickleNone {
  NONE
}
