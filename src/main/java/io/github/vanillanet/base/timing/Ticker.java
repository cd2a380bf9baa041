package io.github.vanillanet.base.timing;

/** A monotonic clock; only differences are meaningful. Thread-safe. */
@FunctionalInterface
public interface Ticker {

  /** Nanoseconds since an arbitrary time. */
  long nanos();

  static Ticker system() {
    return System::nanoTime;
  }
}
