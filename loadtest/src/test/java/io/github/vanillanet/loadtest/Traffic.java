package io.github.vanillanet.loadtest;

import static io.gatling.javaapi.core.CoreDsl.ByteArrayBody;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.responseTimeInMillis;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Users that send one photo each. */
final class Traffic {

  private static final int ATTEMPTS = 3;

  final Answers answers = new Answers();
  private final List<byte[]> photos =
      IntStream.rangeClosed(1, Settings.photos()).mapToObj(Photo::jpeg).toList();
  private final AtomicInteger next = new AtomicInteger();

  static HttpProtocolBuilder protocol() {
    return http.baseUrl(Settings.service()).shareConnections();
  }

  /** Users that send one request. */
  ScenarioBuilder users(String phase) {
    return begin(phase).exec(exchange(phase, request(phase)));
  }

  /** Users that send one request with a deadline. */
  ScenarioBuilder usersWithADeadline(String phase) {
    return begin(phase).exec(exchange(phase, requestWithDeadline(phase)));
  }

  /** Each user takes the next model. */
  private static ScenarioBuilder begin(String phase) {
    List<Map<String, Object>> models =
        Settings.models().stream().map(model -> Map.<String, Object>of("target", model)).toList();
    return scenario(phase).feed(listFeeder(models).circular());
  }

  /** Users that also retry up to twice, after {@code Retry-After}. */
  ScenarioBuilder retryingUsersWithADeadline(String phase) {
    ChainBuilder again = exchange(phase, requestWithDeadline(phase)).pause(Traffic::retryDelay);
    return begin(phase)
        .asLongAs(session -> attempts(session) < ATTEMPTS && !served(session))
        .on(again);
  }

  private HttpRequestActionBuilder requestWithDeadline(String phase) {
    return request(phase).header("X-Latency-Budget-Ms", Double.toString(Settings.budgetMillis()));
  }

  private HttpRequestActionBuilder request(String phase) {
    return http(phase)
        .post("/classify/#{target}")
        .header("Content-Type", "image/jpeg")
        .body(ByteArrayBody(session -> photos.get(next.getAndIncrement() % photos.size())))
        .check(
            status().saveAs("status"),
            status().in(Answer.OK, Answer.FULL, Answer.LATE),
            responseTimeInMillis().saveAs("wall"),
            header("X-Model").withDefault("").saveAs("model"),
            header("Server-Timing").withDefault("").saveAs("timing"),
            header("Retry-After").withDefault("0").saveAs("retry"));
  }

  private ChainBuilder exchange(String phase, HttpRequestActionBuilder request) {
    return exec(session -> session.removeAll("status", "wall", "model", "timing", "retry"))
        .exec(request)
        .exec(
            session -> {
              answers.add(answer(phase, session));
              return session.set("attempts", attempts(session) + 1);
            });
  }

  /** Reads the values that the checks of a request saved in the session. */
  static Answer answer(String phase, Session session) {
    boolean answered = session.contains("status") && session.contains("wall");
    return new Answer(
        phase,
        System.currentTimeMillis(),
        answered ? session.getInt("wall") : 0,
        answered ? session.getInt("status") : 0,
        session.contains("model") ? session.getString("model") : "",
        session.contains("timing") ? session.getString("timing") : "");
  }

  private static int attempts(Session session) {
    return session.contains("attempts") ? session.getInt("attempts") : 0;
  }

  private static boolean served(Session session) {
    return session.contains("status") && session.getInt("status") == Answer.OK;
  }

  private static Duration retryDelay(Session session) {
    return Duration.ofSeconds(
        session.contains("retry") ? Long.parseLong(session.getString("retry")) : 0);
  }
}
