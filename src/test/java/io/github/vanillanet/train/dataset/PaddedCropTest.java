package io.github.vanillanet.train.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaddedCropTest {

  private static final int SIZE = 8;
  private static final Preprocessing SERVING =
      new Preprocessing(SIZE, SIZE, true, SIZE, SIZE, List.of(0.5, 0.5, 0.5), List.of(1., 1., 1.));

  @Test
  void thePaddingIsFourPixelsOfThirtyTwo() {
    assertThat(PaddedCrop.ofInput(32, true)).isEqualTo(new PaddedCrop(4, true));
    assertThat(PaddedCrop.ofInput(64, false)).isEqualTo(new PaddedCrop(8, false));
    assertThat(PaddedCrop.ofInput(100, false).padding()).isEqualTo(13);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyShiftGivesTheSameAsPaddingThenCropping(boolean reflected) {
    RgbImage image = numbered();
    RgbImage padded = padded(image, 3, reflected);
    boolean[] seen = new boolean[49];

    for (int seed = 0; seed < 2000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RgbImage actual = new PaddedCrop(3, reflected).apply(image, SERVING, random);

      SplittableRandom same = new SplittableRandom(seed);
      int top = same.nextInt(7);
      int left = same.nextInt(7);
      seen[top * 7 + left] = true;
      assertThat(actual.rgb())
          .as("seed %d", seed)
          .isEqualTo(ResizedCrop.crop(padded, left, top, SIZE, SIZE).rgb());
    }
    assertThat(seen).doesNotContain(false);
  }

  @Test
  void noPaddingReturnsThePictureOfTheService() {
    RgbImage image = numbered();

    assertThat(PaddedCrop.NONE.apply(image, SERVING, new SplittableRandom(1))).isSameAs(image);
    assertThat(PaddedCrop.NONE.view(SERVING)).isEqualTo(Optional.of(SERVING));
  }

  private static RgbImage numbered() {
    byte[] rgb = new byte[3 * SIZE * SIZE];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i + 1);
    }
    return new RgbImage(SIZE, SIZE, rgb);
  }

  /** The straightforward padding. */
  private static RgbImage padded(RgbImage image, int padding, boolean reflected) {
    int side = SIZE + 2 * padding;
    byte[] rgb = new byte[3 * side * side];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int row = y - padding;
        int column = x - padding;
        boolean outside = row < 0 || row >= SIZE || column < 0 || column >= SIZE;
        if (!outside || reflected) {
          int from = 3 * (mirrored(row) * SIZE + mirrored(column));
          byte[] pixel = Arrays.copyOfRange(image.rgb(), from, from + 3);
          System.arraycopy(pixel, 0, rgb, 3 * (y * side + x), 3);
        }
      }
    }
    return new RgbImage(side, side, rgb);
  }

  private static int mirrored(int position) {
    int low = Math.abs(position);
    return low < SIZE ? low : 2 * SIZE - 2 - low;
  }
}
