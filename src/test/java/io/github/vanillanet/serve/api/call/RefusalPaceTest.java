package io.github.vanillanet.serve.api.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalPaceTest {

  private final AtomicLong now = new AtomicLong();
  private final RefusalPace pace = new RefusalPace(now::get);

  private Duration last(int refusals) {
    Duration delay = Duration.ZERO;
    for (int i = 0; i < refusals; i++) {
      delay = pace.delay();
    }
    return delay;
  }

  @Test
  void aFewAreSentAtOnce() {
    assertThat(last(50)).isEqualTo(Duration.ZERO);
  }

  @Test
  void moreAreHeldBackEachALittleLonger() {
    last(51);

    assertThat(pace.delay()).isEqualTo(Duration.ofMillis(5));
    assertThat(pace.delay()).isEqualTo(Duration.ofMillis(10));
  }

  @Test
  void noneIsHeldBackForLong() {
    assertThat(last(100_000)).isEqualTo(Duration.ofMillis(900));
  }

  @Test
  void aSteadyRateIsNotHeldBack() {
    for (int i = 0; i < 1000; i++) {
      assertThat(pace.delay()).isEqualTo(Duration.ZERO);
      now.addAndGet(Duration.ofMillis(5).toNanos());
    }
  }

  @Test
  void calmIsForgotten() {
    last(1000);

    now.addAndGet(Duration.ofSeconds(2).toNanos());

    assertThat(pace.delay()).isEqualTo(Duration.ZERO);
  }
}
