package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Requests and checks for the tests of {@code /admin}. */
final class Admin {

  static final String TRAININGS = "/admin/trainings";

  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  private Admin() {}

  static RequestSpecification chief() {
    return given().auth().preemptive().basic("chief", "open sesame");
  }

  /** Waits until the models are loaded. Jobs start after that. */
  static void awaitReady() {
    while (get("/q/health/ready").statusCode() != 200) {
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
  }

  static Map<String, Object> request(long script) {
    return Map.of(
        "name", AdminProfile.MODEL, "variant", "vanillanet_5", "data", "flowers", "seed", script);
  }

  /** The id of a training that the service has accepted. */
  static String train(long script) {
    Response response =
        chief().contentType("application/json").body(request(script)).post(TRAININGS);
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(202);
    String id = response.path("id");
    assertThat(response.header("Location")).endsWith(TRAININGS + "/" + id);
    return id;
  }

  /** All events of a training; returns when it has ended. */
  static String events(String id) {
    return chief().get(TRAININGS + "/" + id + "/events").asString();
  }

  static String problem(Response response, int status, String code) {
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(status);
    assertThat(response.contentType()).startsWith("application/problem+json");
    assertThat(response.<String>path("code")).isEqualTo(code);
    return response.path("detail");
  }
}
