package io.github.vanillanet.base.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {

  private final ManualTicker ticker = new ManualTicker();

  @Test
  void aBudgetExpires() {
    Deadline deadline = Deadline.after(ticker, ticker.nanos(), Duration.ofMillis(20));

    ticker.advance(Duration.ofMillis(15));

    assertThat(deadline.remaining()).isEqualTo(Duration.ofMillis(5));
    assertThat(deadline.allows(Duration.ofMillis(4))).isTrue();
    assertThat(deadline.allows(Duration.ofMillis(5))).isFalse();
    assertThat(deadline.passed()).isFalse();

    ticker.advance(Duration.ofMillis(5));

    assertThat(deadline.passed()).isTrue();
  }

  @Test
  void withoutADeadlineAllWorkIsAllowed() {
    assertThat(Deadline.never().allows(Duration.ofDays(1000))).isTrue();
    assertThat(Deadline.after(ticker, 0, Duration.ofSeconds(Long.MAX_VALUE)).exists()).isFalse();
  }

  @Test
  void soonerReturnsTheEarlierDeadline() {
    Deadline tight = Deadline.after(ticker, ticker.nanos(), Duration.ofMillis(1));
    Deadline loose = Deadline.after(ticker, ticker.nanos(), Duration.ofMillis(2));

    assertThat(loose.sooner(tight)).isSameAs(tight);
    assertThat(tight.sooner(loose)).isSameAs(tight);
    assertThat(tight.sooner(Deadline.never())).isSameAs(tight);
    assertThat(Deadline.never().sooner(tight)).isSameAs(tight);
  }
}
