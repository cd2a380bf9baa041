package io.github.vanillanet.base.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MillisTest {

  @Test
  void formatsLikeStringFormat() {
    assertThat(Millis.of(0, 1)).isEqualTo("0.0");
    assertThat(Millis.of(12_049_999, 1)).isEqualTo("12.0");
    assertThat(Millis.of(12_050_000, 1)).isEqualTo("12.1");
    assertThat(Millis.of(-3_210_000, 3)).isEqualTo("-3.210");
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      long nanos = random.nextLong(-4_000_000_000L, 4_000_000_000L) * 1000 + 1;
      assertThat(Millis.of(nanos, 3)).isEqualTo(String.format(Locale.ROOT, "%.3f", nanos / 1e6));
    }
  }
}
