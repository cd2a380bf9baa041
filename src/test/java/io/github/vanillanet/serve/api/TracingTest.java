package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spans that the service sends if tracing is enabled. */
@QuarkusTest
@TestProfile(GrpcCalls.Opened.class)
class TracingTest {

  private static final String[] STAGES = {"decode", "preprocess", "queue", "infer", "postprocess"};
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER = "b7ad6b7169203331";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Inject InMemorySpanExporter spans;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
    spans.reset();
  }

  @Test
  void aRequestIsASpanInTheTraceOfTheCallerWithAChildForEachStage() {
    Response response =
        given()
            .header("traceparent", "00-" + TRACE + "-" + CALLER + "-01")
            .contentType("image/jpeg")
            .body(Service.jpeg())
            .post("/classify/" + TwoSmallModels.MODEL);

    assertThat(response.statusCode()).isEqualTo(200);
    List<SpanData> received = await(1 + STAGES.length);
    SpanData request = server(received);
    assertThat(received).allMatch(span -> span.getTraceId().equals(TRACE));
    assertThat(request.getParentSpanId()).isEqualTo(CALLER);
    assertThat(request.getName()).isEqualTo("POST /classify/{model}");
    assertThat(request.getAttributes().get(AttributeKey.stringKey("vanillanet.model")))
        .isEqualTo(TwoSmallModels.MODEL);
    assertThat(request.getAttributes().get(AttributeKey.longKey("vanillanet.version")))
        .isEqualTo(1);
    List<SpanData> stages = stages(received);
    assertThat(stages).extracting(SpanData::getName).containsExactly(STAGES);
    long end = request.getStartEpochNanos();
    for (SpanData stage : stages) {
      assertThat(stage.getParentSpanId()).isEqualTo(request.getSpanId());
      assertThat(stage.getStartEpochNanos()).as(stage.getName()).isGreaterThanOrEqualTo(end);
      end = stage.getEndEpochNanos();
      assertThat(millis(stage))
          .as(stage.getName())
          .isEqualTo(
              timing(response, stage.getName()), org.assertj.core.api.Assertions.within(1e-3));
    }
    assertThat(end).isLessThanOrEqualTo(request.getEndEpochNanos());
  }

  @Test
  void aTensorHasNoPreprocessingSpanAndStartsANewTrace() {
    given()
        .contentType("application/json")
        .body(InferJson.request(InferJson.zeros()))
        .post("/v2/models/" + TwoSmallModels.MODEL + "/infer");

    List<SpanData> received = await(STAGES.length);
    assertThat(server(received).getParentSpanContext().isValid()).isFalse();
    assertThat(stages(received))
        .extracting(SpanData::getName)
        .containsExactly("decode", "queue", "infer", "postprocess");
  }

  @Test
  void aRejectedRequestHasNoStagesAndUnsampledTracesHaveNoSpans() {
    given().contentType("image/jpeg").body(Service.jpeg()).post("/classify/absent");
    given()
        .header("traceparent", "00-" + TRACE + "-" + CALLER + "-00")
        .contentType("image/jpeg")
        .body(Service.jpeg())
        .post("/classify/" + TwoSmallModels.MODEL);
    given().get("/models");

    List<SpanData> received = await(2);
    assertThat(received)
        .extracting(SpanData::getName)
        .containsExactlyInAnyOrder("POST /classify/{model}", "GET /models");
    assertThat(received).noneMatch(span -> span.getTraceId().equals(TRACE));
  }

  @Test
  void probesAndMetricsAreNotTraced() {
    for (String path :
        List.of("/q/health/ready", "/q/health/live", "/q/metrics", "/v2/health/ready", "/ping")) {
      given().get(path);
    }
    given().get("/v2");

    assertThat(await(1)).extracting(SpanData::getName).containsExactly("GET /v2");
  }

  /** Waits, because spans can arrive after the answer. */
  private List<SpanData> await(int count) {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (spans.getFinishedSpanItems().size() < count && System.nanoTime() < until) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    List<SpanData> received = spans.getFinishedSpanItems();
    assertThat(received).hasSize(count);
    return received;
  }

  private static SpanData server(List<SpanData> received) {
    return received.stream()
        .filter(span -> span.getKind() == SpanKind.SERVER)
        .findFirst()
        .orElseThrow();
  }

  private static List<SpanData> stages(List<SpanData> received) {
    return received.stream()
        .filter(span -> span.getKind() == SpanKind.INTERNAL)
        .sorted(Comparator.comparing(SpanData::getStartEpochNanos))
        .toList();
  }

  private static double millis(SpanData span) {
    return (span.getEndEpochNanos() - span.getStartEpochNanos()) / 1e6;
  }

  private static double timing(Response response, String stage) {
    for (String entry : response.header("Server-Timing").split(", ")) {
      if (entry.startsWith(stage + ";dur=")) {
        return Double.parseDouble(entry.substring(entry.indexOf('=') + 1));
      }
    }
    throw new AssertionError("no stage " + stage);
  }
}
