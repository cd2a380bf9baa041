package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

  @Test
  void aBodyIsRejectedWhileOthersFillTheMemory() {
    Eventually.becomes(() -> memory.held() == 0); // bodies of other tests may not be released yet
    double before = rejected();
    try (BodyMemory.Room room = new BodyMemory.Room(memory, Long.MAX_VALUE / 4)) {
      RawHttp.Answer answer =
          RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Content-Length: 1000").send();

      assertThat(ErrorAnswers.problem(answer, 429, "QUEUE_FULL")).contains("1000");
      assertThat(Long.parseLong(answer.header("retry-after"))).isPositive();
    }
    assertThat(rejected() - before).isEqualTo(1);
  }

  @Test
  void aBodyOfUnknownLengthReservesMemoryAsItGrows() {
    Eventually.becomes(() -> memory.held() == 0);
    double before = rejected();
    try (BodyMemory.Room room = new BodyMemory.Room(memory, memory.capacity() - 5000)) {
      RawHttp.Answer fits =
          RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Transfer-Encoding: chunked")
              .chunk(new byte[4000])
              .lastChunk()
              .send();
      ErrorAnswers.problem(fits, 415, "UNSUPPORTED_IMAGE");

      RawHttp.Answer grown =
          RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Transfer-Encoding: chunked")
              .chunk(new byte[4000])
              .chunk(new byte[4000])
              .lastChunk()
              .send();
      assertThat(ErrorAnswers.problem(grown, 429, "QUEUE_FULL")).isNotBlank();
    }
    assertThat(rejected() - before).isEqualTo(1);
    Eventually.becomes(() -> memory.held() == 0);
  }

  @Test
  void anIncompleteBodyIsRejectedAndItsMemoryIsReleased() {
    RawHttp.Answer answer =
        RawHttp.post(CLASSIFY, "Content-Type: image/jpeg", "Content-Length: 1000")
            .bytes(new byte[10])
            .send();

    assertThat(ErrorAnswers.problem(answer, 400, "INVALID_REQUEST")).contains("10 bytes");
    assertThat(answer.header("connection")).isEqualTo("close");
    Eventually.becomes(() -> memory.held() == 0);
  }

  private double rejected() {
    return meters
        .get("vanillanet.requests")
        .tags("model", MODEL, "outcome", "rejected")
        .counter()
        .count();
  }
}
