package io.github.vanillanet.serve.metrics;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** The time of one request in each stage. A stage that it did not reach is absent. */
public record Timings(Map<Stage, Duration> stages) {

  public Timings {
    Map<Stage, Duration> copy = new EnumMap<>(Stage.class);
    copy.putAll(stages);
    stages = Collections.unmodifiableMap(copy);
  }

  /** The time of a stage; zero if it is absent. */
  public Duration of(Stage stage) {
    return stages.getOrDefault(stage, Duration.ZERO);
  }

  /** The time of several stages together. */
  public Duration sum(Stage... some) {
    Duration sum = Duration.ZERO;
    for (Stage stage : some) {
      sum = sum.plus(of(stage));
    }
    return sum;
  }
}
