package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;

import io.gatling.javaapi.core.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** Random arrivals at a multiple of the capacity, and the time at which they ended. */
public final class LoadSimulation extends Simulation {

  private final Traffic traffic = new Traffic();

  {
    double rate = Settings.load() * Settings.capacity();
    setUp(
            traffic
                .users("load")
                .injectOpen(constantUsersPerSec(rate).during(Settings.phase()).randomized()))
        .protocols(Traffic.protocol());
  }

  @Override
  public void after() {
    List<Answer> answers = traffic.answers.of("load");
    Answers.print("load " + Settings.load(), answers);
    long seconds = answers.stream().mapToLong(Answer::started).max().orElse(0) / 1000;
    try {
      Files.writeString(Settings.results().resolve("ended"), Long.toString(seconds));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
