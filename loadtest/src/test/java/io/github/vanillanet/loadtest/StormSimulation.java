package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;

import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.List;

/**
 * Random arrivals at five times the capacity. The peak is measured before and after the storm in
 * the same run, because the speed of machines varies. The phases before and after are compared with
 * each other and have evenly spaced arrivals. With {@code -Dretry=true} clients retry after {@code
 * Retry-After}.
 */
public final class StormSimulation extends Simulation {

  private static final double TIMES = 5;
  private static final Duration CALM = Duration.ofSeconds(2);

  private final Traffic traffic = new Traffic();

  {
    Duration phase = Settings.phase();
    Duration stormBegins = phase.plus(CALM);
    Duration backAgain = stormBegins.plus(phase).plus(CALM);
    Duration half = phase.dividedBy(2);
    double gentle = 0.3 * Settings.capacity();
    ScenarioBuilder storm =
        Boolean.getBoolean("retry")
            ? traffic.retryingUsersWithADeadline("storm")
            : traffic.usersWithADeadline("storm");
    setUp(
            traffic.users("before").injectOpen(constantUsersPerSec(gentle).during(half)),
            peak("peak before", half.plus(CALM)),
            storm.injectOpen(
                nothingFor(stormBegins),
                constantUsersPerSec(TIMES * Settings.capacity()).during(phase).randomized()),
            traffic
                .users("after")
                .injectOpen(nothingFor(backAgain), constantUsersPerSec(gentle).during(half)),
            peak("peak after", backAgain.plus(half).plus(CALM)))
        .protocols(Traffic.protocol());
  }

  private PopulationBuilder peak(String phase, Duration begins) {
    return traffic
        .users(phase)
        .injectClosed(
            constantConcurrentUsers(0).during(begins),
            constantConcurrentUsers(CapacitySimulation.USERS)
                .during(Settings.phase().dividedBy(2).minus(CALM)));
  }

  @Override
  public void after() {
    List<Answer> before = traffic.answers.of("before");
    List<Answer> peakBefore = traffic.answers.of("peak before");
    List<Answer> peakAfter = traffic.answers.of("peak after");
    List<Answer> storm = traffic.answers.of("storm");
    List<Answer> after = traffic.answers.of("after");
    Answers.print("before", before);
    Answers.print("peak before", peakBefore);
    Answers.print("peak after", peakAfter);
    Answers.print("storm", storm);
    Answers.print("after", after);
    double budget = Settings.budgetMillis();
    List<Answer> accepted = storm.stream().filter(Answer::accepted).toList();
    long inTime = accepted.stream().filter(a -> a.good() && a.wallMillis() <= budget).count();
    double goodput = Answers.perSecond(storm, a -> a.good() && a.wallMillis() <= budget);
    new Verdict()
        .atMost("neither 200 nor 429 nor 504", Answers.unexpected(traffic.answers.ofAllPhases()), 0)
        .atLeast("answered before the storm", Answers.shareOfGood(before), 1)
        .atLeast("answered after it", Answers.shareOfGood(after), 1)
        .atLeast(
            "good answers a second in the storm / at the peak",
            goodput / ((perSecond(peakBefore) + perSecond(peakAfter)) / 2),
            0.95)
        .atLeast(
            "accepted in the storm and answered in time", inTime / (double) accepted.size(), 0.99)
        .atMost(
            "p50 two seconds after the storm / before it",
            Answers.latency(after, 50) / Answers.latency(before, 50),
            1.25)
        .require();
  }

  private static double perSecond(List<Answer> answers) {
    return Answers.perSecond(answers, Answer::good);
  }
}
