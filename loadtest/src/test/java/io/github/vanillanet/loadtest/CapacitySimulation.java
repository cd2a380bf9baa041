package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;

import io.gatling.javaapi.core.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Measures the capacity: a few users who send the next request after each answer. */
public final class CapacitySimulation extends Simulation {

  static final int USERS = 4;

  private final Traffic traffic = new Traffic();

  {
    setUp(
            traffic
                .users("capacity")
                .injectClosed(constantConcurrentUsers(USERS).during(Settings.phase())))
        .protocols(Traffic.protocol());
  }

  @Override
  public void after() {
    List<Answer> answers = traffic.answers.of("capacity");
    Answers.print("capacity", answers);
    String capacity = String.format(Locale.ROOT, "%.3f", Answers.perSecond(answers, Answer::good));
    try {
      Path folder = Files.createDirectories(Settings.results());
      Files.writeString(folder.resolve("capacity"), capacity);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
