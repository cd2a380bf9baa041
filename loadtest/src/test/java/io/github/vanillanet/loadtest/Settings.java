package io.github.vanillanet.loadtest;

import java.nio.file.Path;
import java.time.Duration;

/** What {@code run.sh} tells: system properties. */
final class Settings {

  private Settings() {}

  /** {@code http://localhost:8080}. */
  static String service() {
    return System.getProperty("service", "http://localhost:8080");
  }

  /** A model's or a group's name. */
  static String model() {
    return System.getProperty("model", "vanillanet-5");
  }

  /** The deepest member of the group. */
  static String deepest() {
    return required("deepest");
  }

  /** Answers a second that the service gives at most, as measured before. */
  static double capacity() {
    return Double.parseDouble(required("capacity"));
  }

  /** How long each phase takes. */
  static Duration phase() {
    return Duration.ofSeconds(Integer.getInteger("seconds", 30));
  }

  /** {@code X-Latency-Budget-Ms}. */
  static double budgetMillis() {
    return Double.parseDouble(required("budget"));
  }

  /** Folder for what was measured. */
  static Path results() {
    return Path.of(System.getProperty("results", "target"));
  }

  private static String required(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalArgumentException("-D" + name + " is missing");
    }
    return value;
  }
}
