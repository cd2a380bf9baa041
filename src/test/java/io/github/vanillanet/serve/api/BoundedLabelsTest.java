package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Clients cannot add values to the labels of metrics. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class BoundedLabelsTest {

  private static final int REQUESTS = 150;
  private static final Pattern SERIES =
      Pattern.compile("^http_server_requests_seconds_count\\{.*\\} ", Pattern.MULTILINE);

  private static Set<String> series() {
    return SERIES
        .matcher(given().accept("text/plain").get("/q/metrics").asString())
        .results()
        .map(found -> found.group())
        .collect(Collectors.toSet());
  }

  @Test
  void requestsWithoutARouteDoNotAddLabels() {
    Service.awaitReady();
    for (int i = 0; i < REQUESTS; i++) {
      RawHttp.request("DELETE", "/models/zz" + i).send();
      RawHttp.request("GET", "/zz" + i).send();
      RawHttp.request("GET", "/page/zz" + i).send();
      RawHttp.request("GET", "/models;zz" + i).send();
      RawHttp.request("PUT", "/v2/zz" + i, "Content-Length: 0").send();
      RawHttp.request("OPTIONS", "/zz" + i).send();
      RawHttp.request("FOO" + i, "/zz").sendUntilClosed();
      RawHttp.post("/classify/zz" + i, "Content-Length: 0", "Content-Type: image/jpeg").send();
    }
    given().get("/v2"); // a route whose label is new

    Set<String> after = series();
    assertThat(after).noneMatch(one -> one.contains("zz") || one.contains("FOO"));
    assertThat(after).anyMatch(one -> one.contains("uri=\"/v2\""));
    assertThat(after).anyMatch(one -> one.contains("uri=\"/other\""));
    assertThat(after).hasSizeLessThan(100);
  }
}
