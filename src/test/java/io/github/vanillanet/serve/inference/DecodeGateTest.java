package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.Failures.causeCode;
import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.serve.scheduler.Eventually;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DecodeGateTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ManualTicker ticker = new ManualTicker();
  private final DecodeGate gate = new DecodeGate(1);

  @Test
  void whoseTurnDoesNotComeInTimeIsRefused() {
    Call hasty = new Call(ticker, ticker.nanos());
    hasty.limit(Duration.ofMillis(1));

    gate.pass(
        call(),
        () ->
            assertThatThrownBy(() -> gate.pass(hasty, () -> "decoded"))
                .has(code(ErrorCode.DEADLINE_EXCEEDED)));
  }

  @Test
  void aFailureGivesItsPlaceBack() {
    assertThatThrownBy(
            () ->
                gate.pass(
                    call(),
                    () -> {
                      throw new ServiceException(ErrorCode.UNSUPPORTED_IMAGE, "none");
                    }))
        .has(code(ErrorCode.UNSUPPORTED_IMAGE));

    assertThat(gate.pass(call(), () -> "decoded")).isEqualTo("decoded");
  }

  @Test
  void aClientThatLeavesGivesUpItsPlaceInTheLine() {
    Call leaving = call();
    gate.pass(
        call(),
        () -> {
          CompletableFuture<String> first = waiting(leaving, 1);
          CompletableFuture<String> second = waiting(call(), 2);
          leaving.abandon();

          assertThat(first)
              .failsWithin(PATIENCE)
              .withThrowableThat()
              .has(causeCode(ErrorCode.CLIENT_GONE));
          assertThat(gate.waiting()).isEqualTo(1);
          assertThat(second).isNotDone();
          return second;
        });

    assertThat(gate.waiting()).isZero();
    assertThat(gate.pass(call(), () -> "decoded")).isEqualTo("decoded");
  }

  private CompletableFuture<String> waiting(Call call, int inLine) {
    CompletableFuture<String> result =
        CompletableFuture.supplyAsync(() -> gate.pass(call, () -> "decoded"));
    Eventually.becomes(() -> gate.waiting() == inLine);
    return result;
  }

  private Call call() {
    return new Call(ticker, ticker.nanos());
  }
}
