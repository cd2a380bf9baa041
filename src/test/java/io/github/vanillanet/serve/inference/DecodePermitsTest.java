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

  private static final long SMALL = Duration.ofMillis(3).toNanos();
  private static final long LARGE = Duration.ofMillis(200).toNanos();

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
        0,
        () ->
            assertThatThrownBy(() -> gate.withPermit(hasty, gate.ordinary, 0, () -> {}))
                .has(code(ErrorCode.DEADLINE_EXCEEDED)));
  }

  @Test
  void aFailureReturnsItsPermit() {
    assertThatThrownBy(
            () ->
                gate.withPermit(
                    call(),
                    gate.ordinary,
                    0,
                    () -> {
                      throw UNSUPPORTED_IMAGE.error("none");
                    }))
        .has(code(UNSUPPORTED_IMAGE));

    assertThat(decodes(call())).isTrue();
  }

  @Test
  void theTimeWithAPermitIsCountedAlsoAfterAFailure() {
    gate.withPermit(call(), gate.ordinary, 0, () -> ticker.advance(Duration.ofSeconds(2)));
    assertThatThrownBy(
            () ->
                gate.withPermit(
                    call(),
                    gate.ordinary,
                    0,
                    () -> {
                      ticker.advance(Duration.ofSeconds(1));
                      throw UNSUPPORTED_IMAGE.error("none");
                    }))
        .has(code(UNSUPPORTED_IMAGE));

    assertThat(gate.ordinary.busySeconds()).isEqualTo(3);
    assertThat(gate.slow.busySeconds()).isZero();
  }

  @Test
  void aRequestWhoseClientDisconnectsLeavesTheLine() {
    Call leaving = call();
    AtomicReference<CompletableFuture<Boolean>> second = new AtomicReference<>();
    gate.withPermit(
        call(),
        gate.ordinary,
        0,
        () -> {
          CompletableFuture<Boolean> first = waiting(leaving, 1);
          second.set(waiting(call(), 2));
          leaving.abandon();

          assertThat(first)
              .failsWithin(TIMEOUT)
              .withThrowableThat()
              .has(causeCode(ErrorCode.CLIENT_GONE));
          assertThat(gate.ordinary.waiting()).isEqualTo(1);
          assertThat(second.get()).isNotDone();
        });

    assertThat(second.get()).succeedsWithin(TIMEOUT);
    assertThat(gate.ordinary.waiting()).isZero();
    assertThat(decodes(call())).isTrue();
  }

  @Test
  void permitsAreLimited() {
    assertThat(two.requestPermit(two.ordinary, 0)).isDone();
    assertThat(two.requestPermit(two.ordinary, 0)).isDone();
    assertThat(two.requestPermit(two.ordinary, 0)).isNotDone();
    assertThat(two.ordinary.waiting()).isEqualTo(1);
  }

  @Test
  void ordinaryImagesDoNotWaitForSlowOnes() {
    assertThat(gate.requestPermit(gate.slow, 0)).isDone();
    assertThat(gate.requestPermit(gate.slow, 0)).isNotDone();

    assertThat(gate.requestPermit(gate.ordinary, 0)).isDone();
    assertThat(gate.ordinary.waiting()).isZero();
  }

  @Test
  void slowImagesUseAtMostHalfOfTheDecoders() {
    ImagePreparation many = preparation(64);
    int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    for (int i = 0; i < half; i++) {
      assertThat(many.requestPermit(many.slow, 0)).isDone();
    }
    assertThat(many.requestPermit(many.slow, 0)).isNotDone();
    assertThat(two.requestPermit(two.slow, 0)).isDone();
    assertThat(two.requestPermit(two.slow, 0)).isNotDone();
  }

  @Test
  void aSlowImageWithoutAPermitInTimeIsRejected() {
    Call hasty = call();
    hasty.limit(Duration.ofMillis(1));

    gate.withPermit(
        call(),
        gate.slow,
        0,
        () ->
            assertThatThrownBy(() -> gate.withPermit(hasty, gate.slow, 0, () -> {}))
                .has(code(ErrorCode.DEADLINE_EXCEEDED)));
    assertThat(gate.requestPermit(gate.slow, 0)).isDone();
  }

  @Test
  void permitsAreGrantedInTheOrderOfRequests() {
    takeAll();
    CompletableFuture<Void> first = two.requestPermit(two.ordinary, 0);
    CompletableFuture<Void> second = two.requestPermit(two.ordinary, 0);

    ImagePreparation.release(two.ordinary, 0);
    assertThat(first).isDone();
    assertThat(second).isNotDone();

    ImagePreparation.release(two.ordinary, 0);
    assertThat(second).isDone();
    assertThat(two.ordinary.waiting()).isZero();
  }

  @Test
  void aSmallImagePassesLargeOnes() {
    takeAll();
    CompletableFuture<Void> large = two.requestPermit(two.ordinary, LARGE);
    ticker.advance(Duration.ofSeconds(5));
    CompletableFuture<Void> small = two.requestPermit(two.ordinary, SMALL);

    ImagePreparation.release(two.ordinary, 0);
    assertThat(small).isDone();
    assertThat(large).isNotDone();
  }

  @Test
  void aLargeImageIsNotPassedForEver() {
    takeAll();
    CompletableFuture<Void> large = two.requestPermit(two.ordinary, LARGE);
    ticker.advance(Duration.ofSeconds(50));
    two.requestPermit(two.ordinary, SMALL);

    ImagePreparation.release(two.ordinary, 0);
    assertThat(large).isDone();
  }

  @Test
  void aTimedOutRequestLeavesTheLine() {
    takeAll();
    CompletableFuture<Void> leaving = two.requestPermit(two.ordinary, 0);

    two.ordinary.withdraw(leaving);

    assertThat(two.ordinary.waiting()).isZero();
    ImagePreparation.release(two.ordinary, 0);
    assertThat(two.requestPermit(two.ordinary, 0)).isDone();
    assertThat(two.requestPermit(two.ordinary, 0)).isNotDone();
  }

  @Test
  void aPermitGrantedToATimedOutRequestGoesToTheNext() {
    takeAll();
    CompletableFuture<Void> leaving = two.requestPermit(two.ordinary, 0);
    CompletableFuture<Void> next = two.requestPermit(two.ordinary, 0);
    ImagePreparation.release(two.ordinary, 0);

    two.ordinary.withdraw(leaving);

    assertThat(next).isDone();
    assertThat(two.requestPermit(two.ordinary, 0)).isNotDone();
  }

  @Test
  void aCancelledRequestIsSkippedBeforeItsThreadNotices() {
    takeAll();
    CompletableFuture<Void> leaving = two.requestPermit(two.ordinary, 0);
    CompletableFuture<Void> next = two.requestPermit(two.ordinary, 0);
    leaving.cancel(false);

    ImagePreparation.release(two.ordinary, 0);
    assertThat(next).isCompleted();

    two.ordinary.withdraw(leaving); // its thread has woken up
    assertThat(two.requestPermit(two.ordinary, 0)).isNotDone();
  }

  @Test
  void unusedPermitsAreKept() {
    takeAll();
    two.requestPermit(two.ordinary, 0).cancel(false);

    ImagePreparation.release(two.ordinary, 0);
    ImagePreparation.release(two.ordinary, 0);

    takeAll();
    assertThat(two.requestPermit(two.ordinary, 0)).isNotDone();
  }

  private void takeAll() {
    assertThat(two.requestPermit(two.ordinary, 0)).isDone();
    assertThat(two.requestPermit(two.ordinary, 0)).isDone();
  }

  private boolean decodes(Call call) {
    AtomicBoolean done = new AtomicBoolean();
    gate.withPermit(call, gate.ordinary, 0, () -> done.set(true));
    return done.get();
  }

  private CompletableFuture<Boolean> waiting(Call call, int inLine) {
    CompletableFuture<Boolean> result = CompletableFuture.supplyAsync(() -> decodes(call));
    Eventually.becomes(() -> gate.ordinary.waiting() == inLine);
    return result;
  }

  private ImagePreparation preparation(int decoders) {
    return new ImagePreparation(new ImageDecoder(1), 1, decoders, ticker);
  }

  private Call call() {
    return new Call(ticker, ticker.nanos());
  }
}
