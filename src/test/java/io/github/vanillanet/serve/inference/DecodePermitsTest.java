package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.Failures.causeCode;
import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.UNSUPPORTED_IMAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.serve.scheduler.Eventually;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DecodePermitsTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final ManualTicker ticker = new ManualTicker();
  private final ImagePreparation gate = preparation(1);
  private final ImagePreparation two = preparation(2);

  @Test
  void aRequestWithoutAPermitInTimeIsRejected() {
    Call hasty = new Call(ticker, ticker.nanos());
    hasty.limit(Duration.ofMillis(1));

    gate.withPermit(
        call(),
        gate.ordinary,
        () ->
            assertThatThrownBy(() -> gate.withPermit(hasty, gate.ordinary, () -> {}))
                .has(code(ErrorCode.DEADLINE_EXCEEDED)));
  }

  @Test
  void aFailureReturnsItsPermit() {
    assertThatThrownBy(
            () ->
                gate.withPermit(
                    call(),
                    gate.ordinary,
                    () -> {
                      throw UNSUPPORTED_IMAGE.error("none");
                    }))
        .has(code(UNSUPPORTED_IMAGE));

    assertThat(decodes(call())).isTrue();
  }

  @Test
  void aRequestWhoseClientDisconnectsLeavesTheLine() {
    Call leaving = call();
    AtomicReference<CompletableFuture<Boolean>> second = new AtomicReference<>();
    gate.withPermit(
        call(),
        gate.ordinary,
        () -> {
          CompletableFuture<Boolean> first = waiting(leaving, 1);
          second.set(waiting(call(), 2));
          leaving.abandon();

          assertThat(first)
              .failsWithin(TIMEOUT)
              .withThrowableThat()
              .has(causeCode(ErrorCode.CLIENT_GONE));
          assertThat(gate.waiting()).isEqualTo(1);
          assertThat(second.get()).isNotDone();
        });

    assertThat(second.get()).succeedsWithin(TIMEOUT);
    assertThat(gate.waiting()).isZero();
    assertThat(decodes(call())).isTrue();
  }

  @Test
  void permitsAreLimited() {
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isDone();
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isDone();
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isNotDone();
    assertThat(two.waiting()).isEqualTo(1);
  }

  @Test
  void ordinaryImagesDoNotWaitForSlowOnes() {
    assertThat(ImagePreparation.requestPermit(gate.slow)).isDone();
    assertThat(ImagePreparation.requestPermit(gate.slow)).isNotDone();

    assertThat(ImagePreparation.requestPermit(gate.ordinary)).isDone();
    assertThat(gate.waiting()).isZero();
  }

  @Test
  void slowImagesUseAtMostHalfOfTheDecoders() {
    ImagePreparation many = preparation(64);
    int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    for (int i = 0; i < half; i++) {
      assertThat(ImagePreparation.requestPermit(many.slow)).isDone();
    }
    assertThat(ImagePreparation.requestPermit(many.slow)).isNotDone();
    assertThat(ImagePreparation.requestPermit(two.slow)).isDone();
    assertThat(ImagePreparation.requestPermit(two.slow)).isNotDone();
  }

  @Test
  void aSlowImageWithoutAPermitInTimeIsRejected() {
    Call hasty = call();
    hasty.limit(Duration.ofMillis(1));

    gate.withPermit(
        call(),
        gate.slow,
        () ->
            assertThatThrownBy(() -> gate.withPermit(hasty, gate.slow, () -> {}))
                .has(code(ErrorCode.DEADLINE_EXCEEDED)));
    assertThat(ImagePreparation.requestPermit(gate.slow)).isDone();
  }

  @Test
  void permitsAreGrantedInTheOrderOfRequests() {
    takeAll();
    CompletableFuture<Void> first = ImagePreparation.requestPermit(two.ordinary);
    CompletableFuture<Void> second = ImagePreparation.requestPermit(two.ordinary);

    ImagePreparation.release(two.ordinary);
    assertThat(first).isDone();
    assertThat(second).isNotDone();

    ImagePreparation.release(two.ordinary);
    assertThat(second).isDone();
    assertThat(two.waiting()).isZero();
  }

  @Test
  void aTimedOutRequestLeavesTheLine() {
    takeAll();
    CompletableFuture<Void> leaving = ImagePreparation.requestPermit(two.ordinary);

    ImagePreparation.withdraw(two.ordinary, leaving);

    assertThat(two.waiting()).isZero();
    ImagePreparation.release(two.ordinary);
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isDone();
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isNotDone();
  }

  @Test
  void aPermitGrantedToATimedOutRequestGoesToTheNext() {
    takeAll();
    CompletableFuture<Void> leaving = ImagePreparation.requestPermit(two.ordinary);
    CompletableFuture<Void> next = ImagePreparation.requestPermit(two.ordinary);
    ImagePreparation.release(two.ordinary);

    ImagePreparation.withdraw(two.ordinary, leaving);

    assertThat(next).isDone();
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isNotDone();
  }

  @Test
  void aCancelledRequestIsSkippedBeforeItsThreadNotices() {
    takeAll();
    CompletableFuture<Void> leaving = ImagePreparation.requestPermit(two.ordinary);
    CompletableFuture<Void> next = ImagePreparation.requestPermit(two.ordinary);
    leaving.cancel(false);

    ImagePreparation.release(two.ordinary);
    assertThat(next).isCompleted();

    ImagePreparation.withdraw(two.ordinary, leaving); // its thread has woken up
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isNotDone();
  }

  @Test
  void unusedPermitsAreKept() {
    takeAll();
    ImagePreparation.requestPermit(two.ordinary).cancel(false);

    ImagePreparation.release(two.ordinary);
    ImagePreparation.release(two.ordinary);

    takeAll();
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isNotDone();
  }

  private void takeAll() {
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isDone();
    assertThat(ImagePreparation.requestPermit(two.ordinary)).isDone();
  }

  private boolean decodes(Call call) {
    AtomicBoolean done = new AtomicBoolean();
    gate.withPermit(call, gate.ordinary, () -> done.set(true));
    return done.get();
  }

  private CompletableFuture<Boolean> waiting(Call call, int inLine) {
    CompletableFuture<Boolean> result = CompletableFuture.supplyAsync(() -> decodes(call));
    Eventually.becomes(() -> gate.waiting() == inLine);
    return result;
  }

  private ImagePreparation preparation(int decoders) {
    return new ImagePreparation(new ImageDecoder(1), 1, decoders, ticker);
  }

  private Call call() {
    return new Call(ticker, ticker.nanos());
  }
}
