package io.github.vanillanet.train.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.image.RgbImage;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TrainingCropTest {

  @Test
  void cutsBoxesOfTheRecipesScalesAndRatios() {
    RgbImage picture = Pictures.noisy(90, 70, 1);
    SplittableRandom random = new SplittableRandom(5);
    double smallest = 1;
    double largest = 0;
    double sumOfLogs = 0;

    for (int i = 0; i < 5000; i++) {
      RgbImage box = ResizedCrop.official().cut(picture, random);
      double scale = (double) box.width() * box.height() / (90 * 70);
      double ratio = (double) box.width() / box.height();
      // Rounding to whole pixels moves a bound a little.
      assertThat(scale).isBetween(0.08 * 0.95, 1.0);
      assertThat(ratio).isBetween(0.75 * 0.95, 4 / 3.0 * 1.05);
      smallest = Math.min(smallest, scale);
      largest = Math.max(largest, scale);
      sumOfLogs += Math.log(ratio);
    }

    assertThat(smallest).isLessThan(0.09);
    assertThat(largest).isGreaterThan(0.95);
    // Even in the logarithm; a wide picture turns a few more of the tall boxes down.
    assertThat(sumOfLogs / 5000).isCloseTo(0, within(0.05));
  }

  @Test
  void aBoxIsAPartOfThePicture() {
    RgbImage picture = Pictures.noisy(40, 30, 1);
    SplittableRandom random = new SplittableRandom(5);

    for (int i = 0; i < 200; i++) {
      RgbImage box = ResizedCrop.official().cut(picture, random);
      assertThat(isPartOf(picture, box)).isTrue();
    }
  }

  @Test
  void fallsBackToTheCentreOfAVeryWidePicture() {
    RgbImage picture = Pictures.noisy(200, 10, 1);
    ResizedCrop whole = new ResizedCrop(1, 1, 3.0 / 4, 4.0 / 3);

    RgbImage box = whole.cut(picture, new SplittableRandom(1));

    assertThat(box.width()).isEqualTo(13);
    assertThat(box.height()).isEqualTo(10);
    assertThat(box.rgb()).isEqualTo(Pixels.crop(picture, 93, 0, 13, 10).rgb());
  }

  @Test
  void cutsPicturesOfOnePixel() {
    RgbImage picture = Pictures.noisy(1, 1, 1);

    for (int seed = 0; seed < 100; seed++) {
      assertThat(ResizedCrop.official().cut(picture, new SplittableRandom(seed)).rgb())
          .isEqualTo(picture.rgb());
    }
  }

  @Test
  void shiftsByThePaddingAndFillsWithBlack() {
    RgbImage picture = Pictures.noisy(8, 6, 1);
    SplittableRandom random = new SplittableRandom(5);
    boolean[][] seen = new boolean[5][5];

    for (int i = 0; i < 500; i++) {
      RgbImage shifted = new PaddedCrop(2).cut(picture, random);
      for (int down = -2; down <= 2; down++) {
        for (int right = -2; right <= 2; right++) {
          seen[down + 2][right + 2] |= Arrays.equals(shifted.rgb(), shifted(picture, right, down));
        }
      }
    }

    assertThat(seen).isDeepEqualTo(all(true));
  }

  @Test
  void mirrorsLeftToRight() {
    RgbImage picture = new RgbImage(3, 1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});

    assertThat(Pixels.mirror(picture).rgb()).containsExactly(7, 8, 9, 4, 5, 6, 1, 2, 3);
  }

  private static boolean[][] all(boolean value) {
    boolean[][] table = new boolean[5][5];
    for (boolean[] row : table) {
      Arrays.fill(row, value);
    }
    return table;
  }

  private static byte[] shifted(RgbImage picture, int right, int down) {
    byte[] rgb = new byte[picture.rgb().length];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % picture.width() + right;
      int y = i / 3 / picture.width() + down;
      if (x >= 0 && x < picture.width() && y >= 0 && y < picture.height()) {
        rgb[i] = picture.rgb()[3 * (y * picture.width() + x) + i % 3];
      }
    }
    return rgb;
  }

  private static boolean isPartOf(RgbImage picture, RgbImage box) {
    for (int top = 0; top <= picture.height() - box.height(); top++) {
      for (int left = 0; left <= picture.width() - box.width(); left++) {
        byte[] part = Pixels.crop(picture, left, top, box.width(), box.height()).rgb();
        if (Arrays.equals(part, box.rgb())) {
          return true;
        }
      }
    }
    return false;
  }
}
