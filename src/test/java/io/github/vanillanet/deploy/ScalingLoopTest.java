package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Simulates the loop of load, metrics and replicas with the values that the chart ships. */
class ScalingLoopTest {

  private static final int HOUR = 3600;
  private static final int SEEDS = 25;
  private static final int MOST = 60; // not reached

  private static ScalingLoop.Settings shipped;

  @BeforeAll
  static void readTheChart() throws IOException {
    var scaling =
        Chart.render("autoscaling: {type: keda, maxReplicas: %d}".formatted(MOST))
            .only(CustomResources.ScaledObject.class)
            .spec();
    CustomResources.PrometheusTrigger busy = scaling.triggers().get(0).prometheus();
    CustomResources.PrometheusTrigger burst = scaling.triggers().get(1).prometheus();
    var behavior = scaling.advanced().horizontalPodAutoscalerConfig().behavior();
    shipped =
        new ScalingLoop.Settings(
            Double.parseDouble(busy.threshold()),
            Double.parseDouble(burst.threshold()),
            60 * (int) number("\\[([0-9]+)m]", busy.query()),
            behavior.getScaleUp().getStabilizationWindowSeconds(),
            behavior.getScaleDown().getStabilizationWindowSeconds(),
            scaling.maxReplicaCount());
    assertThat(scaling.pollingInterval()).isEqualTo(15);
  }

  private static double number(String pattern, String text) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(text).isTrue();
    return Double.parseDouble(found.group(1));
  }

  /** From 0.2 to 4 busy pods. */
  private static double load(int seed) {
    return 0.2 + 4.0 * seed / SEEDS;
  }

  /** From 2 ms of a small model to 150 ms of a large one on a CPU. */
  private static double serviceSeconds(int seed) {
    return 0.002 + 0.15 * (7 * seed % SEEDS) / SEEDS;
  }

  private static int fitting(double load) {
    return (int) Math.ceil(load / shipped.busyTarget());
  }

  private static ScalingLoop loop(int seed, int replicas) {
    return new ScalingLoop(shipped, seed, serviceSeconds(seed), replicas);
  }

  @Test
  void steadyLoadChangesTheReplicasAtMostSixTimesInTwoHours() {
    for (int seed = 0; seed < SEEDS; seed++) {
      double load = load(seed);
      ScalingLoop loop = loop(seed, fitting(load) + seed % 3); // also from more than needed

      int overloaded = loop.run(load, 2 * HOUR);

      assertThat(loop.changes()).as("seed %d, load %.2f", seed, load).isLessThanOrEqualTo(6);
      assertThat(overloaded).as("seed %d, load %.2f", seed, load).isZero();
      assertThat(loop.replicas()).as("seed %d, load %.2f", seed, load).isLessThan(MOST);
    }
  }

  /** The simulation is random enough: without the shipped window the replicas change often. */
  @Test
  void withoutAStabilizationWindowTheReplicasChangeOften() {
    var hasty =
        new ScalingLoop.Settings(
            shipped.busyTarget(), shipped.burstTarget(), shipped.lookBack(), 0, 0, MOST);
    double load = 2 * shipped.busyTarget(); // exactly two pods at the target
    ScalingLoop loop = new ScalingLoop(hasty, 1, 0.15, 3);

    loop.run(load, 2 * HOUR);

    assertThat(loop.changes()).isGreaterThan(6);
  }

  @Test
  void aDoubledLoadOverloadsThePodsForAtMostTwoMinutes() {
    for (int seed = 0; seed < SEEDS; seed++) {
      double load = load(seed);
      ScalingLoop loop = loop(seed, fitting(load));
      loop.run(load, HOUR / 4);

      int overloaded = loop.run(2 * load, HOUR / 2);

      assertThat(overloaded).as("seed %d, load %.2f", seed, load).isLessThanOrEqualTo(120);
      assertThat(loop.replicas()).as("seed %d, load %.2f", seed, load).isLessThan(MOST);
    }
  }

  @Test
  void thePodsOfABurstEndAfterIt() {
    for (int seed = 0; seed < SEEDS; seed++) {
      double load = load(seed);
      ScalingLoop loop = loop(seed, fitting(load));
      loop.run(load, HOUR / 4);
      loop.run(4 * load, HOUR / 4);

      loop.run(load, HOUR / 2);

      assertThat(loop.replicas() * shipped.busyTarget())
          .as("seed %d, load %.2f", seed, load)
          .isLessThan(1.5 * load + 2 * shipped.busyTarget());
    }
  }
}
