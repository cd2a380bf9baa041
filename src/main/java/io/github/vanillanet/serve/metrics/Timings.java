package io.github.vanillanet.serve.metrics;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** How long each stage of one request took. A stage that it did not pass is absent. */
public record Timings(Map<Stage, Duration> stages) {

  public Timings {
    Map<Stage, Duration> copy = new EnumMap<>(Stage.class);
    copy.putAll(stages);
    stages = java.util.Collections.unmodifiableMap(copy);
  }

  /** Zero for a stage that was not passed. */
  public Duration of(Stage stage) {
    return stages.getOrDefault(stage, Duration.ZERO);
  }

  /** Of several stages together. */
  public Duration sum(Stage... some) {
    Duration sum = Duration.ZERO;
    for (Stage stage : some) {
      sum = sum.plus(of(stage));
    }
    return sum;
  }
}
