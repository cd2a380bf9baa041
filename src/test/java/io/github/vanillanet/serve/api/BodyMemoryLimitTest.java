package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit on the memory of all bodies. The test itself reserves most of the memory. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class BodyMemoryLimitTest {

  private static final String MODEL = TwoSmallModels.MODEL;
  private static final String CLASSIFY = "/classify/" + MODEL;

  @Inject BodyMemory memory;
  @Inject MeterRegistry meters;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  /** Leaves this number of bytes: one large body, and small ones that fill both reserves. */
  private List<BodyMemory.Room> fill(long left) {
    List<BodyMemory.Room> rooms = new ArrayList<>();
    rooms.add(room());
    rooms.get(0).add(memory.capacity());
    long bytes = memory.capacity() / 8 - left;
    while (bytes > 0) {
      long next = Math.min(bytes, memory.capacity() / 64);
      BodyMemory.Room plain = room();
      plain.receive(next, next);
      plain.complete();
      BodyMemory.Room built = room();
      built.add(next);
      rooms.addAll(List.of(plain, built));
      bytes -= next;
    }
    return rooms;
  }

  private BodyMemory.Room room() {
    return new BodyMemory.Room(memory, () -> {});
  }

  @Test
  void aBodyIsRejectedWhileOthersFillTheMemory() {
    Eventually.becomes(() -> memory.held() == 0); // bodies of other tests may not be released yet
    double before = rejected();
    List<BodyMemory.Room> others = fill(0);

    RawHttp.Answer answer =
        RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Content-Length: 1000")
            .bytes(new byte[1000])
            .send();

    others.forEach(BodyMemory.Room::close);
    ErrorAnswers.problem(answer, 429, "QUEUE_FULL");
    assertThat(Long.parseLong(answer.header("retry-after"))).isPositive();
    assertThat(rejected() - before).isEqualTo(1);
  }

  @Test
  void aDeclaredLengthTakesNoMemory() {
    Eventually.becomes(() -> memory.held() == 0);
    RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Content-Length: 1000000")
        .bytes(new byte[3000])
        .sendAndDisconnect(
            () -> {
              Eventually.becomes(() -> memory.held() > 0);
              assertThat(memory.held()).isLessThanOrEqualTo(6000);
            });
    Eventually.becomes(() -> memory.held() == 0);
  }

  @Test
  void aBodyOfUnknownLengthTakesMemoryAsItGrows() {
    Eventually.becomes(() -> memory.held() == 0);
    double before = rejected();
    List<BodyMemory.Room> others = fill(5000);

    RawHttp.Answer fits =
        RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Transfer-Encoding: chunked")
            .chunk(new byte[4000])
            .lastChunk()
            .send();
    RawHttp.Answer grown =
        RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Transfer-Encoding: chunked")
            .chunk(new byte[4000])
            .chunk(new byte[4000])
            .lastChunk()
            .send();

    others.forEach(BodyMemory.Room::close);
    ErrorAnswers.problem(fits, 415, "UNSUPPORTED_IMAGE");
    ErrorAnswers.problem(grown, 429, "QUEUE_FULL");
    assertThat(rejected() - before).isEqualTo(1);
    Eventually.becomes(() -> memory.held() == 0);
  }

  @Test
  void anIncompleteBodyIsEvictedWhenAPhotoNeedsItsMemory() {
    Eventually.becomes(() -> memory.held() == 0);
    double before = evicted();
    List<BodyMemory.Room> others = fill(701_000);
    long held = memory.held();
    CompletableFuture<RawHttp.Answer> stalled =
        CompletableFuture.supplyAsync(
            () ->
                RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Content-Length: 700000")
                    .bytes(new byte[600_000])
                    .send());
    Eventually.becomes(() -> memory.held() == held + 700_000);

    // its average rate falls while it sends nothing
    Eventually.becomes(
        () ->
            given().contentType("image/jpeg").body(Service.jpeg()).post(CLASSIFY).statusCode()
                == 200);

    others.forEach(BodyMemory.Room::close);
    RawHttp.Answer answer = stalled.join();
    ErrorAnswers.problem(answer, 429, "QUEUE_FULL");
    assertThat(answer.header("connection")).isEqualTo("close");
    assertThat(evicted() - before).isEqualTo(1);
    Eventually.becomes(() -> memory.held() == 0);
  }

  @Test
  void inflatedBytesTakeMemory() throws IOException {
    Eventually.becomes(() -> memory.held() == 0);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(new byte[1 << 20]);
    }
    List<BodyMemory.Room> others = fill(100_000);

    Response bomb =
        given()
            .header("Content-Encoding", "gzip")
            .contentType("image/jpeg")
            .body(packed.toByteArray())
            .post(CLASSIFY);

    others.forEach(BodyMemory.Room::close);
    ErrorAnswers.problem(bomb, 429, "QUEUE_FULL");
    Eventually.becomes(() -> memory.held() == 0);
  }

  @Test
  void parsedNumbersTakeMemory() {
    Eventually.becomes(() -> memory.held() == 0);
    String tensor =
        "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":["
            + "1,".repeat(200_000)
            + "1]}]}";
    List<BodyMemory.Room> others = fill(500_000);

    Response answer =
        given().contentType("application/json").body(tensor).post("/v2/models/" + MODEL + "/infer");

    others.forEach(BodyMemory.Room::close);
    ErrorAnswers.v2(answer, 429);
    Eventually.becomes(() -> memory.held() == 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {CLASSIFY, "/v2/models/" + MODEL + "/infer", "/v2/repository/index"})
  void aSlowBodyIsRejectedAndItsMemoryIsReleased(String path) {
    RawHttp.Answer answer =
        RawHttp.post(path, "Content-Type: image/jpeg", "Content-Length: 1000")
            .bytes(new byte[10])
            .send();

    assertThat(answer.status()).isEqualTo(408);
    assertThat(answer.header("connection")).isEqualTo("close");
    Eventually.becomes(() -> memory.held() == 0);
  }

  /** The connection is closed although the request was answered. */
  @ParameterizedTest
  @ValueSource(strings = {"GET /models", "HEAD /models", "POST /nothing", "DELETE /classify"})
  void aSlowBodyThatIsNotReadClosesTheConnection(String line) throws IOException {
    String[] parts = line.split(" ");
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      socket.setSoTimeout(60_000);
      String head =
          parts[0] + " " + parts[1] + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na";
      socket.getOutputStream().write(head.getBytes());

      String answer = new String(socket.getInputStream().readAllBytes());
      assertThat(answer).startsWith("HTTP/1.1 ");
    }
  }

  private double evicted() {
    return meters.get("vanillanet.body.rejections").tags("reason", "evicted").counter().count();
  }

  private double rejected() {
    return meters
        .get("vanillanet.requests")
        .tags("model", MODEL, "outcome", "rejected")
        .counter()
        .count();
  }
}
