package io.github.vanillanet.train.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.image.RgbImage;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ResizedCropTest {

  @Test
  void cutsBoxesOfTheOfficialScalesAndRatios() {
    RgbImage image = Pictures.noisy(90, 70, 1);
    SplittableRandom random = new SplittableRandom(5);
    double smallest = 1;
    double largest = 0;
    double sumOfLogs = 0;

    for (int i = 0; i < 5000; i++) {
      RgbImage box = ResizedCrop.OFFICIAL.cut(image, random);
      double scale = (double) box.width() * box.height() / (90 * 70);
      double ratio = (double) box.width() / box.height();
      // The tolerance covers rounding to whole pixels.
      assertThat(scale).isBetween(0.08 * 0.95, 1.0);
      assertThat(ratio).isBetween(0.75 * 0.95, 4 / 3.0 * 1.05);
      smallest = Math.min(smallest, scale);
      largest = Math.max(largest, scale);
      sumOfLogs += Math.log(ratio);
    }

    assertThat(smallest).isLessThan(0.09);
    assertThat(largest).isGreaterThan(0.95);
    // Uniform in the logarithm; a wide image rejects tall boxes slightly more often.
    assertThat(sumOfLogs / 5000).isCloseTo(0, within(0.05));
  }

  @Test
  void aBoxIsAPartOfTheImage() {
    RgbImage image = Pictures.noisy(40, 30, 1);
    SplittableRandom random = new SplittableRandom(5);

    for (int i = 0; i < 200; i++) {
      RgbImage box = ResizedCrop.OFFICIAL.cut(image, random);
      assertThat(isPartOf(image, box)).isTrue();
    }
  }

  @Test
  void fallsBackToTheCentreOfAVeryWideImage() {
    RgbImage image = Pictures.noisy(200, 10, 1);
    ResizedCrop whole = new ResizedCrop(1);

    RgbImage box = whole.cut(image, new SplittableRandom(1));

    assertThat(box.width()).isEqualTo(13);
    assertThat(box.height()).isEqualTo(10);
    assertThat(box.rgb()).isEqualTo(ResizedCrop.crop(image, 93, 0, 13, 10).rgb());
  }

  @Test
  void cutsImagesOfOnePixel() {
    RgbImage image = Pictures.noisy(1, 1, 1);

    for (int seed = 0; seed < 100; seed++) {
      assertThat(ResizedCrop.OFFICIAL.cut(image, new SplittableRandom(seed)).rgb())
          .isEqualTo(image.rgb());
    }
  }

  @Test
  void flippingSwapsLeftAndRight() {
    RgbImage image = new RgbImage(3, 1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});

    assertThat(Augmentation.mirror(image).rgb()).containsExactly(7, 8, 9, 4, 5, 6, 1, 2, 3);
  }

  private static boolean isPartOf(RgbImage image, RgbImage box) {
    for (int top = 0; top <= image.height() - box.height(); top++) {
      for (int left = 0; left <= image.width() - box.width(); left++) {
        byte[] part = ResizedCrop.crop(image, left, top, box.width(), box.height()).rgb();
        if (Arrays.equals(part, box.rgb())) {
          return true;
        }
      }
    }
    return false;
  }
}
