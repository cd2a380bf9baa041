package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.deploy.ShippedQueries;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service exports every metric that dashboards, rules and autoscalers query. */
@QuarkusTest
@TestProfile(LanesProfile.class)
class LiveMetricsTest {

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @Test
  void everyQueriedMetricExistsAfterOneRequest() throws IOException {
    given()
        .contentType("image/jpeg")
        .body(Service.jpeg())
        .post("/classify/" + TwoSmallModels.MODEL);

    String exposed = given().accept("text/plain").get("/q/metrics").asString();

    Set<String> names =
        exposed
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split("[{ ]", 2)[0])
            .collect(Collectors.toSet());
    assertThat(names).containsAll(ShippedQueries.read().ofTheService());
  }
}
