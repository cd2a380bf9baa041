package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;

/** Versions of a model change at half the capacity, and no request may notice. */
public final class SwapSimulation extends Simulation {

  private final Traffic traffic = new Traffic();

  {
    setUp(
            traffic
                .users("while swapping")
                .injectOpen(
                    constantUsersPerSec(0.5 * Settings.capacity()).during(Settings.phase())),
            swap(1).injectOpen(nothingFor(Settings.phase().dividedBy(4)), atOnceUsers(1)),
            swap(2).injectOpen(nothingFor(Settings.phase().dividedBy(2)), atOnceUsers(1)))
        .protocols(Traffic.protocol())
        .assertions(global().failedRequests().count().is(0L));
  }

  private static ScenarioBuilder swap(int version) {
    return scenario("swap to " + version)
        .exec(
            http("swap to " + version)
                .post("/admin/models/%s/versions/%d/activate".formatted(Settings.model(), version))
                .basicAuth("loadtest", System.getProperty("password", "loadtest"))
                .check(status().is(200)));
  }

  @Override
  public void after() {
    var answers = traffic.answers.of("while swapping");
    Answers.print("while swapping", answers);
    new Verdict().atLeast("answered", Answers.shareOfGood(answers), 1).require();
  }
}
