package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.serve.api.http.RejectionDelay;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.github.vanillanet.serve.scheduler.Lane;
import io.github.vanillanet.serve.scheduler.Reservation;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers while the queue is full. The test fills the queue with reservations. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class OverloadTest {

  private static final String MODEL = TwoSmallModels.MODEL;
  private static final String CLASSIFY = "/classify/" + MODEL;
  private static final int CAPACITY = 64;

  @Inject ModelRegistry registry;
  @Inject BodyMemory memory;
  @Inject RejectionDelay rejectionDelay;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  private interface Action {
    void run() throws Exception;
  }

  private void withReservations(int places, Action action) throws Exception {
    try (Lease lease = registry.lease(MODEL).orElseThrow();
        Reservation taken = lease.model().lane().reserve(places, Deadline.never())) {
      action.run();
    }
  }

  private static RawHttp.Answer head(String path, long declared, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Content-Length: " + declared);
    return RawHttp.post(path, all.toArray(String[]::new)).send();
  }

  @Test
  void aFullQueueRejectsBeforeTheBodyWithRetryAfter() throws Exception {
    withReservations(
        CAPACITY,
        () -> {
          RawHttp.Answer answer = head(CLASSIFY, 1000, "Content-Type: image/jpeg");

          assertThat(answer.status()).as(answer.body()).isEqualTo(429);
          assertThat(answer.contentType()).isEqualTo("application/problem+json");
          JsonPath problem = new JsonPath(answer.body());
          assertThat(problem.getString("code")).isEqualTo("QUEUE_FULL");
          assertThat(problem.getString("type")).isEqualTo("urn:vanillanet:problem:queue-full");
          assertThat(problem.getString("detail")).contains("64");
          long millis = problem.getLong("retry_after_ms");
          assertThat(millis).isPositive();
          assertThat(answer.header("retry-after")).isEqualTo(seconds(millis));
          assertThat(answer.header("server-timing")).contains("decode;dur=0.000");
        });
  }

  @Test
  void everyProtocolRejectsBeforeTheBody() throws Exception {
    withReservations(
        CAPACITY,
        () -> {
          for (String path :
              List.of(
                  "/v2/models/" + MODEL + "/infer",
                  "/v2/models/" + MODEL + "-image/infer",
                  "/v2/models/" + MODEL + "/versions/1/infer",
                  "/v1/models/" + MODEL + ":predict",
                  "/predictions/" + MODEL,
                  "/predictions/" + MODEL + "/1",
                  CLASSIFY)) {
            RawHttp.Answer answer = head(path, 100);

            assertThat(answer.status()).as(path).isEqualTo(429);
            assertThat(answer.header("retry-after")).as(path).isNotEmpty();
            assertThat(answer.header("x-model")).as(path).isEqualTo(MODEL);
          }
        });
  }

  @Test
  void aRejectionIsCountedOnce() throws Exception {
    String counter = "vanillanet_requests_total{model=\"" + MODEL + "\",outcome=\"rejected\"}";
    double before = metric(counter);

    withReservations(CAPACITY, () -> head(CLASSIFY, 1000));

    assertThat(metric(counter)).isEqualTo(before + 1);
  }

  private static double metric(String name) {
    return given()
        .accept("application/openmetrics-text")
        .get("/q/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .sum();
  }

  @Test
  void aRejectedClientGetsNoContinue() throws Exception {
    withReservations(
        CAPACITY,
        () -> assertThat(head(CLASSIFY, 1000, "Expect: 100-continue").status()).isEqualTo(429));

    assertThat(head(CLASSIFY, 1000, "Expect: 100-continue").status()).isEqualTo(100);
  }

  @Test
  void theConnectionStaysOpenAfterASmallRejectedBody() throws Exception {
    withReservations(
        CAPACITY,
        () -> {
          byte[] jpeg = Service.jpeg();
          List<RawHttp.Answer> answers =
              RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Content-Length: " + jpeg.length)
                  .bytes(jpeg)
                  .text("GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .send(2);

          assertThat(answers.get(0).status()).isEqualTo(429);
          assertThat(answers.get(0).header("connection")).isEmpty();
          assertThat(answers.get(1).status()).isEqualTo(200);
        });
  }

  @Test
  void theConnectionStaysOpenAfterADelayedRejection() throws Exception {
    while (rejectionDelay.next().toMillis() < 100) {
      // counts as the rejections of other clients
    }
    theConnectionStaysOpenAfterASmallRejectedBody();
  }

  @Test
  void theConnectionIsClosedAfterARejectedBodyOfUnknownLength() throws Exception {
    withReservations(
        CAPACITY,
        () -> {
          RawHttp.Answer answer =
              RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Transfer-Encoding: chunked")
                  .chunk(new byte[100])
                  .send();

          ErrorAnswers.problem(answer, 429, "QUEUE_FULL");
          assertThat(answer.header("connection")).isEqualTo("close");
        });
  }

  @Test
  void aBudgetThatCannotBeMetIsRejectedBeforeTheBody() {
    RawHttp.Answer late = head(CLASSIFY, 1000, "X-Latency-Budget-Ms: 0.001");

    ErrorAnswers.problem(late, 504, "DEADLINE_EXCEEDED");
    assertThat(late.header("retry-after")).isEmpty();
  }

  @Test
  void aBudgetTooShortForTheQueueIsRejectedWithRetryAfter() throws Exception {
    withReservations(
        CAPACITY - 1,
        () -> {
          Lane.Estimate estimate = estimate();
          Duration budget = estimate.total().multipliedBy(7).dividedBy(8);
          RawHttp.Answer late =
              head(CLASSIFY, 1000, "X-Latency-Budget-Ms: " + budget.toNanos() / 1e6);

          assertThat(ErrorAnswers.problem(late, 504, "DEADLINE_EXCEEDED")).contains("ms");
          long millis = new JsonPath(late.body()).getLong("retry_after_ms");
          assertThat(millis).isBetween(1L, estimate.total().toMillis());
          assertThat(late.header("retry-after")).isEqualTo(seconds(millis));
        });
  }

  private Lane.Estimate estimate() {
    try (Lease lease = registry.lease(MODEL).orElseThrow()) {
      return lease.model().lane().estimate(1);
    }
  }

  /** Whole seconds, rounded up, as in {@code Retry-After}. */
  private static String seconds(long millis) {
    return Long.toString(Math.max(1, (millis + 999) / 1000));
  }

  @Test
  void underOverloadEveryRequestIsAnsweredWith200Or429() throws Exception {
    withReservations(
        CAPACITY - 2,
        () -> {
          List<Integer> statuses = overload(16, 12);

          assertThat(statuses).hasSize(16 * 12).contains(200).containsOnly(200, 429);
        });

    given().contentType("image/jpeg").body(Service.jpeg()).post(CLASSIFY).then().statusCode(200);
    Eventually.becomes(() -> memory.held() == 0);
  }

  /** Sends requests from several clients without a pause; returns the statuses. */
  private static List<Integer> overload(int clients, int requests) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      Callable<List<Integer>> client =
          () -> {
            List<Integer> statuses = new ArrayList<>();
            byte[] jpeg = Service.jpeg();
            for (int i = 0; i < requests; i++) {
              statuses.add(
                  RawHttp.post(
                          CLASSIFY, "Content-Type: image/jpeg", "Content-Length: " + jpeg.length)
                      .bytes(jpeg)
                      .send()
                      .status());
            }
            return statuses;
          };
      List<Integer> statuses = new ArrayList<>();
      for (Future<List<Integer>> done :
          threads.invokeAll(java.util.Collections.nCopies(clients, client))) {
        statuses.addAll(done.get());
      }
      return statuses;
    } finally {
      threads.shutdown();
    }
  }
}
