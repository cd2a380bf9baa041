package io.github.vanillanet.serve.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RejectionDelayTest {

  private final AtomicLong now = new AtomicLong();
  private final RejectionDelay rejections = new RejectionDelay(now::get);

  private Duration last(int count) {
    Duration delay = Duration.ZERO;
    for (int i = 0; i < count; i++) {
      delay = rejections.next();
    }
    return delay;
  }

  @Test
  void theFirstFiftyAreSentAtOnce() {
    assertThat(last(50)).isEqualTo(Duration.ZERO);
  }

  @Test
  void furtherOnesWaitFiveMillisecondsMoreEach() {
    last(51);

    assertThat(rejections.next()).isEqualTo(Duration.ofMillis(5));
    assertThat(rejections.next()).isEqualTo(Duration.ofMillis(10));
  }

  @Test
  void theDelayIsAtMost900Milliseconds() {
    assertThat(last(100_000)).isEqualTo(Duration.ofMillis(900));
  }

  @Test
  void aRateOf200PerSecondIsNotDelayed() {
    for (int i = 0; i < 1000; i++) {
      assertThat(rejections.next()).isEqualTo(Duration.ZERO);
      now.addAndGet(Duration.ofMillis(5).toNanos());
    }
  }

  @Test
  void aPauseResetsTheDelay() {
    last(1000);

    now.addAndGet(Duration.ofSeconds(2).toNanos());

    assertThat(rejections.next()).isEqualTo(Duration.ZERO);
  }
}
