package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.ManualTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreparationTimeTest {

  private static final byte[] JPEG = {(byte) 0xff, 1, 2, 3};
  private static final byte[] PNG = {(byte) 0x89, 1};

  private final PreparationTime times = new PreparationTime(new ManualTicker());

  @Test
  void aFormatWithoutAMeasurementCountsAsZero() {
    times.file(JPEG, 4_000);

    assertThat(times.of(List.of(PNG, new byte[0]), 0, 1)).isEqualTo(Duration.ZERO);
  }

  @Test
  void theEstimateIsARatePerByteOfEachFormat() {
    times.file(JPEG, 4_000);
    times.file(PNG, 200);

    assertThat(times.of(List.of(new byte[] {(byte) 0xff, 9}, PNG), 0, 1))
        .isEqualTo(Duration.ofNanos(2_000 + 200));
  }

  @Test
  void requestsAheadShareTheDecoders() {
    times.request(6_000);

    assertThat(times.of(List.of(), 4, 2)).isEqualTo(Duration.ofNanos(12_000));
    assertThat(times.of(List.of(), 0, 2)).isEqualTo(Duration.ZERO);
  }
}
