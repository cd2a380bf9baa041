package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.timing.ManualTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreparationTimeTest {

  private static final byte[] JPEG = {(byte) 0xff, 1, 2, 3};
  private static final byte[] PNG = {(byte) 0x89, 1};

  private final ImagePreparation times =
      new ImagePreparation(new ImageDecoder(1), 1, 2, new ManualTicker());

  @Test
  void aFormatWithoutAMeasurementCountsAsZero() {
    times.learnFile(JPEG, 4_000);

    assertThat(times.expected(List.of(PNG, new byte[0]), 0)).isEqualTo(Duration.ZERO);
  }

  @Test
  void theEstimateIsARatePerByteOfEachFormat() {
    times.learnFile(JPEG, 4_000);
    times.learnFile(PNG, 200);

    assertThat(times.expected(List.of(new byte[] {(byte) 0xff, 9}, PNG), 0))
        .isEqualTo(Duration.ofNanos(2_000 + 200));
  }

  @Test
  void requestsAheadShareTheDecoders() {
    times.learnRequest(6_000);

    assertThat(times.expected(List.of(), 4)).isEqualTo(Duration.ofNanos(12_000));
    assertThat(times.expected(List.of(), 0)).isEqualTo(Duration.ZERO);
  }
}
