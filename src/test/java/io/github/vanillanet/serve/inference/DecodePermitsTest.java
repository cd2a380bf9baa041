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
        () ->
            assertThatThrownBy(() -> gate.withPermit(hasty, () -> {}))
                .has(code(ErrorCode.DEADLINE_EXCEEDED)));
  }

  @Test
  void aFailureReturnsItsPermit() {
    assertThatThrownBy(
            () ->
                gate.withPermit(
                    call(),
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
    assertThat(two.requestPermit()).isDone();
    assertThat(two.requestPermit()).isDone();
    assertThat(two.requestPermit()).isNotDone();
    assertThat(two.waiting()).isEqualTo(1);
  }

  @Test
  void permitsAreGrantedInTheOrderOfRequests() {
    takeAll();
    CompletableFuture<Void> first = two.requestPermit();
    CompletableFuture<Void> second = two.requestPermit();

    two.release();
    assertThat(first).isDone();
    assertThat(second).isNotDone();

    two.release();
    assertThat(second).isDone();
    assertThat(two.waiting()).isZero();
  }

  @Test
  void aTimedOutRequestLeavesTheLine() {
    takeAll();
    CompletableFuture<Void> leaving = two.requestPermit();

    two.withdraw(leaving);

    assertThat(two.waiting()).isZero();
    two.release();
    assertThat(two.requestPermit()).isDone();
    assertThat(two.requestPermit()).isNotDone();
  }

  @Test
  void aPermitGrantedToATimedOutRequestGoesToTheNext() {
    takeAll();
    CompletableFuture<Void> leaving = two.requestPermit();
    CompletableFuture<Void> next = two.requestPermit();
    two.release();

    two.withdraw(leaving);

    assertThat(next).isDone();
    assertThat(two.requestPermit()).isNotDone();
  }

  @Test
  void aCancelledRequestIsSkippedBeforeItsThreadNotices() {
    takeAll();
    CompletableFuture<Void> leaving = two.requestPermit();
    CompletableFuture<Void> next = two.requestPermit();
    leaving.cancel(false);

    two.release();
    assertThat(next).isCompleted();

    two.withdraw(leaving); // its thread has woken up
    assertThat(two.requestPermit()).isNotDone();
  }

  @Test
  void unusedPermitsAreKept() {
    takeAll();
    two.requestPermit().cancel(false);

    two.release();
    two.release();

    takeAll();
    assertThat(two.requestPermit()).isNotDone();
  }

  private void takeAll() {
    assertThat(two.requestPermit()).isDone();
    assertThat(two.requestPermit()).isDone();
  }

  private boolean decodes(Call call) {
    AtomicBoolean done = new AtomicBoolean();
    gate.withPermit(call, () -> done.set(true));
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
