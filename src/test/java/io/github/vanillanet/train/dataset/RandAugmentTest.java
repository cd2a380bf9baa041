package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.RgbImage;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandAugmentTest {

  @Test
  void parsesTheNotationOfTimm() {
    assertThat(RandAugment.parse("rand-m7-mstd0.5-inc1")).isEqualTo(new RandAugment(2, 7, 0.5));
    assertThat(RandAugment.parse("rand-n3-m9.5-inc1")).isEqualTo(new RandAugment(3, 9.5, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rand",
        "rand-m7",
        "rand-m7-inc0",
        "rand-m11-inc1",
        "rand-inc1",
        "augmix-m7-inc1",
        "rand-m7-inc1-",
        "rand-m7-inc1-w0",
        "rand-m-inc1",
        "rand-m7-mstd0.5-inc1\n"
      })
  void rejectsMalformedText(String text) {
    assertThatThrownBy(() -> RandAugment.parse(text))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void leavesAQuarterOfTheSamplesUnchanged() {
    RandAugment official = new RandAugment(2, 7, 0.5);
    RgbImage image = Pictures.noisy(16, 16, 1);
    int unchanged = 0;

    for (int index = 0; index < 4000; index++) {
      if (official.apply(image, RandomStreams.ofSample(1, 0, index)) == image) {
        unchanged++;
      }
    }

    // Each of the two operations is skipped with probability 1/2. Tolerance: 5 standard deviations.
    assertThat(unchanged / 4000.0).isCloseTo(0.25, within(0.035));
  }

  @Test
  void equalDrawsGiveEqualImages() {
    RandAugment official = RandAugment.parse("rand-m7-mstd0.5-inc1");
    RgbImage image = Pictures.noisy(24, 24, 1);

    long distinct =
        IntStream.range(0, 200)
            .map(
                index -> {
                  RgbImage first = official.apply(image, new SplittableRandom(index));
                  RgbImage second = official.apply(image, new SplittableRandom(index));
                  assertThat(first.rgb()).isEqualTo(second.rgb());
                  return Arrays.hashCode(first.rgb());
                })
            .distinct()
            .count();

    assertThat(distinct).isGreaterThan(100);
  }

  @Test
  void noneChangesNothing() {
    RgbImage image = Pictures.noisy(16, 16, 1);

    assertThat(RandAugment.parse("none").apply(image, new SplittableRandom(1))).isSameAs(image);
  }
}
