package io.github.vanillanet.base.timing;

/** A monotonic clock. Its zero means nothing; only differences do. Thread-safe. */
@FunctionalInterface
public interface Ticker {

  /** Nanoseconds since some moment. */
  long nanos();

  /** The clock of this JVM. */
  static Ticker system() {
    return System::nanoTime;
  }
}
