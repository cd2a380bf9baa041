package io.github.vanillanet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.timing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DecodeGateTest {

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
                .isInstanceOf(ServiceException.DeadlineExceeded.class));
  }

  @Test
  void aFailureGivesItsPlaceBack() {
    assertThatThrownBy(
            () ->
                gate.pass(
                    call(),
                    () -> {
                      throw new ServiceException.UnsupportedImage("none");
                    }))
        .isInstanceOf(ServiceException.UnsupportedImage.class);

    assertThat(gate.pass(call(), () -> "decoded")).isEqualTo("decoded");
  }

  @Test
  void nothingIsDecodedForAClientThatHasLeft() {
    Call left = call();
    left.abandon();

    assertThatThrownBy(() -> gate.pass(left, () -> "decoded"))
        .isInstanceOf(ServiceException.ClientGone.class);
    assertThat(gate.pass(call(), () -> "decoded")).isEqualTo("decoded");
  }

  private Call call() {
    return new Call(ticker, ticker.nanos());
  }
}
