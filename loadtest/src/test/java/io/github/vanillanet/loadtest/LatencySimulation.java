package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;

import io.gatling.javaapi.core.OpenInjectionStep;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.List;

/**
 * Latency at 50 % and 80 % of the capacity. Arrivals do not depend on the service. They are evenly
 * spaced first, so that no request waits for another. Then they are random: some requests meet and
 * wait in any service, so they are compared with a {@link SteadyQueue} of the same arrivals.
 */
public final class LatencySimulation extends Simulation {

  private static final String EVEN_HALF = "50 %, even";
  private static final String EVEN_MOST = "80 %, even";
  private static final String RANDOM_HALF = "50 %, random";
  private static final String RANDOM_MOST = "80 %, random";
  private static final double HALF = 0.5;
  private static final double MOST = 0.8;
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Traffic traffic = new Traffic();

  {
    setUp(
            phase(0, EVEN_HALF, even(HALF)),
            phase(1, EVEN_MOST, even(MOST)),
            phase(2, RANDOM_HALF, random(HALF)),
            phase(3, RANDOM_MOST, random(MOST)))
        .protocols(Traffic.protocol())
        .assertions(global().failedRequests().count().is(0L));
  }

  private PopulationBuilder phase(int index, String name, OpenInjectionStep arrivals) {
    Duration begins = Settings.phase().plus(PAUSE).multipliedBy(index);
    return traffic.users(name).injectOpen(nothingFor(begins), arrivals);
  }

  private static OpenInjectionStep even(double load) {
    return constantUsersPerSec(load * Settings.capacity()).during(Settings.phase());
  }

  private static OpenInjectionStep random(double load) {
    return constantUsersPerSec(load * Settings.capacity()).during(Settings.phase()).randomized();
  }

  @Override
  public void after() {
    List<Answer> half = print(EVEN_HALF);
    List<Answer> most = print(EVEN_MOST);
    List<Answer> randomHalf = print(RANDOM_HALF);
    List<Answer> randomMost = print(RANDOM_MOST);
    Verdict verdict =
        new Verdict()
            .atLeast("answered at half the capacity", Answers.shareOfGood(half), 1)
            .atLeast("answered at 80 % of it", Answers.shareOfGood(most), 1)
            .atMost("p99 / p50 at half the capacity", Answers.spread(half), 2 * Settings.tail())
            .atMost("p99 / p50 at 80 % of it", Answers.spread(most), 4 * Settings.tail())
            .atMost(
                "p50 at 80 % / p50 at half the capacity",
                Answers.latency(most, 50) / Answers.latency(half, 50), 1.25);
    long alone = Math.round(Answers.latency(half, 50));
    compareWithSteadyQueue(verdict, RANDOM_HALF, randomHalf, alone);
    compareWithSteadyQueue(verdict, RANDOM_MOST, randomMost, alone);
    verdict.require();
  }

  private List<Answer> print(String phase) {
    List<Answer> answers = traffic.answers.of(phase);
    Answers.print(phase, answers);
    return answers;
  }

  private static void compareWithSteadyQueue(
      Verdict verdict, String phase, List<Answer> answers, long alone) {
    List<Answer> steady = SteadyQueue.serve(answers, alone);
    verdict.atLeast("answered at " + phase, Answers.shareOfGood(answers), 1);
    for (int percent : new int[] {50, 99}) {
      verdict.atMost(
          "p%d / a steady queue's at %s".formatted(percent, phase),
          Answers.latency(answers, percent) / Answers.latency(steady, percent),
          percent == 99 ? 2 * Settings.tail() : 2);
    }
  }
}
