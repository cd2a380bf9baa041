package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** What the tests of the administrators' API share. */
final class Admin {

  static final String TRAININGS = "/admin/trainings";

  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private Admin() {}

  static RequestSpecification chief() {
    return given().auth().preemptive().basic("chief", "open sesame");
  }

  /** Models come up on a thread of their own, and jobs start only then. */
  static void awaitReady() {
    while (get("/q/health/ready").statusCode() != 200) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  static Map<String, Object> request(long act) {
    return Map.of(
        "name", OpenedAdmin.MODEL, "variant", "vanillanet_5", "data", "flowers", "seed", act);
  }

  /** The id of a training that the service has accepted. */
  static String train(long act) {
    Response response = chief().contentType("application/json").body(request(act)).post(TRAININGS);
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
