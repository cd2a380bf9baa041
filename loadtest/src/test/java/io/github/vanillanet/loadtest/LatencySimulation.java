package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;

import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import java.util.List;

/** Latency at half the capacity and at four fifths; arrivals keep their rhythm, come what may. */
public final class LatencySimulation extends Simulation {

  private static final String HALF = "50 % load";
  private static final String MOST = "80 % load";

  private final Traffic traffic = new Traffic();

  {
    ScenarioBuilder half = traffic.users(HALF);
    ScenarioBuilder most = traffic.users(MOST);
    setUp(
            half.injectOpen(
                constantUsersPerSec(0.5 * Settings.capacity()).during(Settings.phase())),
            most.injectOpen(
                nothingFor(Settings.phase().plusSeconds(2)),
                constantUsersPerSec(0.8 * Settings.capacity()).during(Settings.phase())))
        .protocols(Traffic.protocol())
        .assertions(global().failedRequests().count().is(0L));
  }

  @Override
  public void after() {
    List<Answer> half = traffic.answers.of(HALF);
    Answers.print(HALF, half);
    List<Answer> most = traffic.answers.of(MOST);
    Answers.print(MOST, most);
    new Verdict()
        .atLeast("answered at half the capacity", Answers.shareOfGood(half), 1)
        .atLeast("answered at 80 % of it", Answers.shareOfGood(most), 1)
        .atMost("p99 / p50 at half the capacity", Answers.spread(half), 2)
        .atMost("p99 / p50 at 80 % of it", Answers.spread(most), 4)
        .atMost(
            "p50 at 80 % / p50 at half the capacity",
            Answers.latency(most, 50) / Answers.latency(half, 50), 1.25)
        .require();
  }
}
