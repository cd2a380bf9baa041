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
  private static final int PIXELS = 12; // bytes of the decoded picture

  private final ImagePreparation times =
      new ImagePreparation(new ImageDecoder(1), 1, 2, new ManualTicker());

  @Test
  void aFormatWithoutAMeasurementCountsAsZero() {
    times.learn(JPEG, PIXELS, 4_000);

    assertThat(times.expected(List.of(PNG, new byte[0]))).isEqualTo(Duration.ZERO);
  }

  @Test
  void theEstimateIsARatePerByteOfEachFormat() {
    times.learn(JPEG, PIXELS, 4_000);
    times.learn(PNG, PIXELS, 200);

    assertThat(times.expected(List.of(new byte[] {(byte) 0xff, 9}, PNG)))
        .isEqualTo(Duration.ofNanos(2_000 + 200));
  }

  @Test
  void aFlatPictureDoesNotMakePhotosSeemSlow() {
    times.learn(JPEG, 4_000_000, 9_000_000);

    assertThat(times.expected(List.of(JPEG))).isEqualTo(Duration.ZERO);
  }

  @Test
  void aRequestOfSeveralImagesWaitsForEachOfThem() {
    times.learn(JPEG, PIXELS, 6_000);

    ahead(4);

    assertThat(times.expected(List.of(PNG, PNG))).isEqualTo(Duration.ofNanos(24_000));
  }

  @Test
  void imagesAheadShareTheDecoders() {
    times.learn(JPEG, PIXELS, 6_000);

    assertThat(times.expected(List.of(PNG))).isEqualTo(Duration.ZERO);

    ahead(4);

    assertThat(times.expected(List.of(PNG))).isEqualTo(Duration.ofNanos(12_000));
  }

  /** Takes both permits and puts images into the line. */
  private void ahead(int images) {
    for (int i = 0; i < 2 + images; i++) {
      times.requestPermit(times.ordinary, 0);
    }
  }
}
