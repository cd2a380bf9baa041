package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.responseTimeInMillis;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.List;

/**
 * Swaps versions of a model at half the capacity. No request may fail. Requests during a load, or
 * within two seconds of it, are compared with the requests before the first swap.
 */
public final class SwapSimulation extends Simulation {

  private static final String BEFORE = "before";
  private static final String AROUND = "around swaps";
  private static final String SWAP = "swaps";
  private static final Duration AFTERMATH = Duration.ofSeconds(2);

  // loading takes half of the only processor, so a forward pass takes twice its time; at half the
  // capacity there is just enough room for that, and some requests wait for one more forward pass
  private static final double SLOWER = 5;

  private final Traffic traffic = new Traffic();

  {
    double half = 0.5 * Settings.capacity();
    Duration before = Settings.phase().dividedBy(2);
    Duration around = Settings.phase();
    setUp(
            traffic.users(BEFORE).injectOpen(constantUsersPerSec(half).during(before)),
            traffic
                .users(AROUND)
                .injectOpen(nothingFor(before), constantUsersPerSec(half).during(around)),
            swap(1).injectOpen(nothingFor(before), atOnceUsers(1)),
            swap(2).injectOpen(nothingFor(before.plus(around.dividedBy(2))), atOnceUsers(1)))
        .protocols(Traffic.protocol())
        .assertions(global().failedRequests().count().is(0L));
  }

  private ScenarioBuilder swap(int version) {
    return scenario("swap to " + version)
        .exec(
            http("swap to " + version)
                .post("/admin/models/%s/versions/%d/activate".formatted(Settings.model(), version))
                .basicAuth("loadtest", System.getProperty("password", "loadtest"))
                .check(
                    status().saveAs("status"),
                    status().is(Answer.OK),
                    responseTimeInMillis().saveAs("wall")))
        .exec(
            session -> {
              traffic.answers.add(Traffic.answer(SWAP, session));
              return session;
            });
  }

  private static boolean meets(Answer answer, List<Answer> swaps) {
    return swaps.stream()
        .anyMatch(
            swap ->
                answer.ended() >= swap.started()
                    && answer.started() <= swap.ended() + AFTERMATH.toMillis());
  }

  @Override
  public void after() {
    List<Answer> before = traffic.answers.of(BEFORE);
    List<Answer> around = traffic.answers.of(AROUND);
    List<Answer> swaps = traffic.answers.of(SWAP);
    List<Answer> during = around.stream().filter(a -> meets(a, swaps)).toList();
    Answers.print(BEFORE, before);
    Answers.print(AROUND, around);
    Answers.print("while swapping", during);
    System.out.printf("swaps took %s ms%n", swaps.stream().map(Answer::wallMillis).toList());
    new Verdict()
        .atLeast("answered", Answers.shareOfGood(around), 1)
        .atMost(
            "p50 while swapping / before",
            Answers.latency(during, 50) / Answers.latency(before, 50),
            SLOWER)
        .atMost(
            "p99 while swapping / before",
            Answers.latency(during, 99) / Answers.latency(before, 99),
            SLOWER)
        .require();
  }
}
