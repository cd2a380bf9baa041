package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;

import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Random arrivals with a deadline, from zero to three times the capacity of the shallowest member
 * of a group.
 */
public final class RampSimulation extends Simulation {

  private static final double TIMES = 3;
  private static final int PARTS = 6;

  private final Traffic traffic = new Traffic();

  {
    setUp(
            traffic
                .usersWithADeadline("ramp")
                .injectOpen(
                    rampUsersPerSec(0.1)
                        .to(TIMES * Settings.capacity())
                        .during(length())
                        .randomized()))
        .protocols(Traffic.protocol());
  }

  private static Duration length() {
    return Settings.phase().multipliedBy(2);
  }

  @Override
  public void after() {
    List<Answer> ramp = traffic.answers.of("ramp");
    long from = ramp.stream().mapToLong(Answer::started).min().orElse(0);
    long part = length().toMillis() / PARTS;
    List<List<Answer>> parts = new ArrayList<>();
    for (int i = 0; i < PARTS; i++) {
      long begins = from + i * part;
      parts.add(
          ramp.stream().filter(a -> a.started() >= begins && a.started() < begins + part).toList());
      Answers.print("ramp, part " + (i + 1), parts.get(i));
    }
    List<Answer> accepted = ramp.stream().filter(Answer::accepted).toList();
    double budget = Settings.budgetMillis();
    long inTime = accepted.stream().filter(a -> a.good() && a.wallMillis() <= budget).count();
    new Verdict()
        .atMost("neither 200 nor 429 nor 504", Answers.unexpected(ramp), 0)
        .atLeast(
            "answered by the deepest while the load is light", shareOfDeepest(parts.get(0)), 0.5)
        .atLeast("accepted and answered in time", inTime / (double) accepted.size(), 0.99)
        .require();
  }

  private static double shareOfDeepest(List<Answer> answers) {
    List<Answer> good = Answers.good(answers);
    long deepest = good.stream().filter(a -> a.model().equals(Settings.deepest())).count();
    return deepest / (double) good.size();
  }
}
