package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.config.HttpClientConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.http.conn.params.ConnRoutePNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-ins from several loopback addresses, one for each test: they share a service. */
@QuarkusTest
@TestProfile(SecuredProfile.class)
class SignInTest {

  private static final String PASSWORD = "open sesame";
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  private static RequestSpecification from(String address) {
    try {
      InetAddress local = InetAddress.getByName(address);
      return given()
          .config(
              RestAssured.config()
                  .httpClient(
                      HttpClientConfig.httpClientConfig()
                          .setParam(ConnRoutePNames.LOCAL_ADDRESS, local)));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Response signIn(String address, String user, String password) {
    return from(address).auth().preemptive().basic(user, password).get(Admin.TRAININGS);
  }

  private static int status(String address, String user, String password) {
    return signIn(address, user, password).statusCode();
  }

  private static void awaitWindow(String address, String user) {
    while (status(address, user, PASSWORD) == 429) {
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
  }

  @Test
  void usersWithABcryptHashSignInAndTheHashIsNotAPassword() {
    String address = "127.0.1.1";

    assertThat(status(address, "warden", PASSWORD)).isEqualTo(200);
    assertThat(status(address, "second", PASSWORD)).isEqualTo(200);
    assertThat(status(address, "second", PASSWORD)).isEqualTo(200);
    assertThat(status(address, "chief", PASSWORD)).isEqualTo(200);
    assertThat(status(address, "reader", PASSWORD)).isEqualTo(403);
    assertThat(status(address, "guest", "hello")).isEqualTo(403);
    assertThat(status(address, "second", "open sesame ")).isEqualTo(401);
    String hash =
        new SecuredProfile()
            .getConfigOverrides()
            .get("quarkus.security.users.embedded.users.second");
    assertThat(status(address, "second", hash)).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"chief", "warden"})
  void aHundredWrongPasswordsAreMostlyRejectedWithoutACheck(String user) {
    String address = user.equals("chief") ? "127.0.1.2" : "127.0.1.3";
    List<Integer> statuses =
        IntStream.range(0, 100).mapToObj(i -> status(address, user, "wrong" + i)).toList();
    Response correct = signIn(address, user, PASSWORD);

    assertThat(statuses.subList(0, SecuredProfile.FAILURES)).containsOnly(401);
    assertThat(statuses.subList(SecuredProfile.FAILURES, 100)).contains(429);
    Admin.problem(correct, 429, "TOO_MANY_SIGN_INS");
    assertThat(Integer.parseInt(correct.header("Retry-After"))).isBetween(1, 4);
    assertThat(status("127.0.1.4", user, PASSWORD)).isEqualTo(200);

    awaitWindow(address, user);
    assertThat(status(address, user, PASSWORD)).isEqualTo(200);
  }

  @Test
  void attemptsAtTheSameTimeDoNotPassTheLimit() throws Exception {
    String address = "127.0.1.5";
    ExecutorService clients = Executors.newFixedThreadPool(16);
    try {
      List<Future<Integer>> answers =
          IntStream.range(0, 64)
              .mapToObj(i -> clients.submit(() -> status(address, "second", "wrong" + i)))
              .toList();
      int checked = 0;
      for (Future<Integer> answer : answers) {
        checked += answer.get() == 401 ? 1 : 0;
      }

      // a second window may begin on a slow machine
      assertThat(checked).isBetween(SecuredProfile.FAILURES, 4 * SecuredProfile.FAILURES);
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void manyCorrectSignInsAtTheSameTimeAllPass() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(16);
    try {
      List<Future<Integer>> answers =
          IntStream.range(0, 64)
              .mapToObj(i -> clients.submit(() -> status("127.0.1.6", "second", PASSWORD)))
              .toList();
      for (Future<Integer> answer : answers) {
        assertThat(answer.get()).isEqualTo(200);
      }
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void oneAddressCannotTryManyUsers() {
    List<Integer> statuses =
        IntStream.range(0, 3 * SecuredProfile.ADDRESS_FAILURES)
            .mapToObj(i -> status("127.0.1.7", "user" + i, "wrong"))
            .toList();

    assertThat(statuses.subList(0, SecuredProfile.ADDRESS_FAILURES)).containsOnly(401);
    assertThat(statuses).contains(429);
  }

  @Test
  void forwardedAddressesDoNotCountByDefault() {
    for (int i = 0; i < SecuredProfile.FAILURES; i++) {
      assertThat(forwarded(i, "wrong").statusCode()).isEqualTo(401);
    }

    Admin.problem(forwarded(99, PASSWORD), 429, "TOO_MANY_SIGN_INS");
  }

  private static Response forwarded(int client, String password) {
    return from("127.0.1.8")
        .header("X-Forwarded-For", "192.0.2." + client)
        .header("Forwarded", "for=192.0.2." + client)
        .auth()
        .preemptive()
        .basic("chief", password)
        .get(Admin.TRAININGS);
  }

  @Test
  void routesWithoutAuthenticationIgnoreTheLimit() {
    String address = "127.0.1.9";
    for (int i = 0; i < SecuredProfile.FAILURES; i++) {
      signIn(address, "chief", "wrong");
    }

    assertThat(
            from(address)
                .auth()
                .preemptive()
                .basic("chief", "wrong")
                .get("/q/health/live")
                .statusCode())
        .isEqualTo(200);
    assertThat(from(address).get(Admin.TRAININGS).statusCode()).isEqualTo(401);
  }

  @Test
  void pathsWithAPolicyOfQuarkusAreLimitedToo() {
    String address = "127.0.1.10";
    RequestSpecification wrong = from(address).auth().preemptive().basic("chief", "wrong");
    for (int i = 0; i < SecuredProfile.FAILURES; i++) {
      assertThat(wrong.head("/models").statusCode()).isEqualTo(401);
    }
    Response limited = wrong.head("/models");

    assertThat(limited.statusCode()).isEqualTo(429);
    assertThat(limited.header("Retry-After")).isNotNull();
    assertThat(status(address, "chief", PASSWORD)).isEqualTo(429);
  }

  @Test
  void aSecondHeaderWithMalformedCredentialsIsRejected() {
    Response response =
        from("127.0.1.11").header("Authorization", "Bearer x", "Basic !!!").get(Admin.TRAININGS);

    Admin.problem(response, 401, "UNAUTHORIZED");
  }
}
