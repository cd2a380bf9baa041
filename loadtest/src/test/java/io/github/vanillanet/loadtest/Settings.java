package io.github.vanillanet.loadtest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** System properties that {@code run.sh} sets. */
final class Settings {

  private Settings() {}

  /** {@code http://localhost:8080}. */
  static String service() {
    return System.getProperty("service", "http://localhost:8080");
  }

  /** Name of a model or a group, or several names separated by commas. */
  static String model() {
    return System.getProperty("model", "vanillanet-5");
  }

  /** Names of the models that get the same number of requests each. */
  static List<String> models() {
    return List.of(model().split(","));
  }

  /** Rate of requests divided by the capacity. */
  static double load() {
    return Double.parseDouble(required("load"));
  }

  /** The deepest member of the group. */
  static String deepest() {
    return required("deepest");
  }

  /** Measured capacity in answers per second. */
  static double capacity() {
    return Double.parseDouble(required("capacity"));
  }

  /** Length of each phase. */
  static Duration phase() {
    return Duration.ofSeconds(Integer.getInteger("seconds", 30));
  }

  /** {@code X-Latency-Budget-Ms}. */
  static double budgetMillis() {
    return Double.parseDouble(required("budget"));
  }

  /**
   * Factor on the limits of 99th percentiles: more than 1 for a model that computes some answers
   * again in float32.
   */
  static double tail() {
    return Double.parseDouble(System.getProperty("tail", "1"));
  }

  /** Number of different photos; requests take one after the other. */
  static int photos() {
    return Integer.getInteger("photos", 1);
  }

  /** Folder for results. */
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
