package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.Failures.causeCode;
import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.ENGINE_FAILURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.PublishedModels;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import io.github.vanillanet.serve.scheduler.FakeInstance;
import io.github.vanillanet.serve.scheduler.Lane;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.ModelInput;
import io.github.vanillanet.serve.scheduler.Probe;
import io.github.vanillanet.serve.scheduler.Scheduler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The device takes 10 ms per image on the test's clock. The queue holds two images. */
class CallRunTest {

  private static final int PLENTY = 1 << 20;

  @TempDir static Path repository;

  private static StoredVersion version;

  private final ManualTicker ticker = new ManualTicker();
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final FakeInstance instance = new FakeInstance(0);
  private final AtomicInteger decoded = new AtomicInteger();
  private final Lane lane =
      new Lane(
          "test",
          List.of(instance),
          new LaneSettings(2, BatchPolicy.single(), new Scheduler(ticker)),
          new ServingMetrics(registry).version("five", 1, "cpu"));
  private final ServedModel served = PublishedModels.served(version, lane);

  @BeforeAll
  static void publish() {
    version = PublishedModels.publish(repository, "five");
  }

  CallRunTest() {
    lane.open(Duration.ofMillis(10));
  }

  @AfterEach
  void close() {
    instance.permits.release(PLENTY);
    lane.close();
  }

  @Test
  void anAnswerHasTheTimesOfItsStages() {
    instance.permits.release(PLENTY);
    Call call = call();

    assertThat(attempt(call)).isEqualTo(2);

    assertThat(call.timings())
        .containsKeys(Stage.QUEUE, Stage.INFER, Stage.POSTPROCESS, Stage.TOTAL);
    assertThat(call.answeredBy()).contains(served);
    assertThat(count("success")).isEqualTo(1);
  }

  @Test
  void aRequestThatAFullQueueRejectsIsNotDecoded() throws InterruptedException {
    lane.submit(input(1));
    instance.entered.await();
    lane.submit(input(2));

    assertThatThrownBy(() -> attempt(call())).has(code(ErrorCode.QUEUE_FULL));

    assertThat(decoded).hasValue(0);
    assertThat(count("rejected")).isEqualTo(1);
  }

  @Test
  void aRequestThatCannotBeAnsweredInTimeIsNotDecoded() {
    Call call = call();
    call.limit(Duration.ofMillis(10));

    assertThatThrownBy(() -> attempt(call)).has(code(ErrorCode.DEADLINE_EXCEEDED));

    assertThat(decoded).hasValue(0);
    assertThat(count("expired")).isEqualTo(1);
  }

  @Test
  void aLateAnswerIsRejected() {
    Call call = call();
    call.limit(Duration.ofMinutes(1));
    instance.permits.release(PLENTY);

    assertThatThrownBy(
            () ->
                call.run(
                    served,
                    1,
                    Duration.ZERO,
                    () -> input(1),
                    logits -> {
                      ticker.advance(Duration.ofMinutes(2));
                      return 0;
                    }))
        .has(code(ErrorCode.DEADLINE_EXCEEDED));
    assertThat(count("expired")).isEqualTo(1);
  }

  @Test
  @Timeout(60)
  void waitingEndsAtTheDeadline() {
    Call call = call();
    call.limit(Duration.ofMillis(50));

    assertThatThrownBy(() -> attempt(call)) // the forward ends when the test does
        .has(code(ErrorCode.DEADLINE_EXCEEDED));
    assertThat(count("expired")).isEqualTo(1);
  }

  @Test
  void workThatAFaultEndsCountsAsFailed() {
    lane.watch(
        List.of(new Probe(input(1), logits -> {})),
        Duration.ofDays(1),
        Duration.ofDays(1),
        fault -> {});
    Call call = call();
    CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(() -> attempt(call));
    instance.failure = ENGINE_FAILURE.error("a device error");
    instance.permits.release(PLENTY);

    assertThatThrownBy(ended::join).has(causeCode(ErrorCode.NOT_READY));
    assertThat(count("failed")).isEqualTo(1);
    assertThat(count("rejected")).isZero();
  }

  @Test
  void workOfADisconnectedClientIsNotComputed() throws InterruptedException {
    lane.submit(input(1));
    instance.entered.await();
    Call call = call();
    CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> attempt(call));
    while (lane.depth() == 0) {
      Thread.onSpinWait();
    }

    call.abandon();

    assertThatThrownBy(waiting::join)
        .isInstanceOf(CompletionException.class)
        .has(causeCode(ErrorCode.CLIENT_GONE));
    instance.permits.release(PLENTY);
    lane.close();
    assertThat(instance.forwards).containsExactly(1);
    assertThat(count("cancelled")).isEqualTo(1);
  }

  private Call call() {
    return new Call(ticker, ticker.nanos());
  }

  private int attempt(Call call) {
    return call.run(
        served,
        1,
        Duration.ZERO,
        () -> {
          decoded.incrementAndGet();
          return input(1);
        },
        logits -> logits.length);
  }

  private double count(String outcome) {
    return registry.get("vanillanet.requests").tag("outcome", outcome).counter().count();
  }

  private static ModelInput input(int samples) {
    return new ModelInput(InputKind.IMAGES, samples, ByteBuffer.allocate(4 * samples));
  }
}
