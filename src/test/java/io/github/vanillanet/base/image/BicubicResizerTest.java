package io.github.vanillanet.base.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BicubicResizerTest {

  @Test
  void resizeAndCropEqualsThePlainResizeThenCrop() {
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      RgbImage source = noise(random, side(random), side(random));
      int width = side(random);
      int height = side(random);
      int cropWidth = 1 + random.nextInt(width);
      int cropHeight = 1 + random.nextInt(height);
      int left = random.nextInt(width - cropWidth + 1);
      int top = random.nextInt(height - cropHeight + 1);

      RgbImage fused =
          BicubicResizer.resizeAndCrop(source, 1, width, height, left, top, cropWidth, cropHeight);

      RgbImage plain = PlainResizer.resize(source, width, height);
      assertThat(fused.rgb())
          .as("seed %d: %dx%d to %dx%d", seed, source.width(), source.height(), width, height)
          .isEqualTo(PlainResizer.crop(plain, left, top, cropWidth, cropHeight).rgb());
    }
  }

  @Test
  void sameSizeIsACopy() {
    RgbImage source = noise(new Random(3), 31, 17);

    RgbImage copy = BicubicResizer.resizeAndCrop(source, 1, 31, 17, 0, 0, 31, 17);

    assertThat(copy.rgb()).isEqualTo(source.rgb());
  }

  @Test
  void resizesExtremeAspectsWithoutHoldingTheResizedPicture() {
    RgbImage line = noise(new Random(4), 3_000_000, 1); // resized: 768,000,000 x 256
    RgbImage column = noise(new Random(5), 1, 3_000_000);

    assertThat(Preprocessing.official(224, 224).apply(line).rgb()).hasSize(3 * 224 * 224);
    assertThat(Preprocessing.official(224, 224).apply(column).rgb()).hasSize(3 * 224 * 224);
    assertThat(Preprocessing.official(384, 384).apply(line).rgb()).hasSize(3 * 384 * 384);
    assertThat(Preprocessing.official(384, 384).apply(column).rgb()).hasSize(3 * 384 * 384);
  }

  @Test
  void rejectsACropOutsideTheResizedPicture() {
    RgbImage source = noise(new Random(6), 4, 4);

    assertThatThrownBy(() -> BicubicResizer.resizeAndCrop(source, 1, 8, 8, 1, 0, 8, 8))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int side(Random random) {
    return 1 + random.nextInt(random.nextBoolean() ? 12 : 150);
  }

  private static RgbImage noise(Random random, int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }
}
