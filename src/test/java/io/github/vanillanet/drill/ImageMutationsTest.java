package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.JpegDecoder;
import io.github.vanillanet.base.image.RgbImage;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImageMutationsTest {

  private static final int MUTATIONS = 600;
  private static final long MAX_PIXELS = 1_000_000;
  private static final Set<ErrorCode> REJECTIONS =
      EnumSet.of(ErrorCode.UNDECODABLE_IMAGE, ErrorCode.UNSUPPORTED_IMAGE, ErrorCode.TOO_LARGE);

  private final long seed = System.nanoTime();

  @Test
  void theJdkDecodesOrRejectsEveryMutation() {
    decodeOrReject(JpegDecoder.imageIo());
  }

  @Test
  void libjpegTurboDecodesOrRejectsEveryMutation() {
    JpegDecoder jpeg = JpegDecoder.of("auto");
    assumeTrue(jpeg.canReduce(), "libjpeg-turbo is not installed: " + jpeg);
    decodeOrReject(jpeg);
  }

  @Test
  void theSameSeedGivesTheSameMutations() {
    ImageMutations first = new ImageMutations(seed);
    ImageMutations second = new ImageMutations(seed);

    for (int i = 0; i < MUTATIONS; i++) {
      assertThat(first.next().bytes()).isEqualTo(second.next().bytes());
    }
  }

  private void decodeOrReject(JpegDecoder jpeg) {
    System.out.printf("image mutations for %s: seed %d%n", jpeg, seed);
    ImageDecoder decoder = new ImageDecoder(MAX_PIXELS, jpeg, false);
    ImageMutations mutations = new ImageMutations(seed);
    int decoded = 0;
    int reachedPixels = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      ImageMutations.Mutation mutation = mutations.next();
      try {
        decoder.open(mutation.bytes());
        reachedPixels++;
        RgbImage image = decoder.decode(mutation.bytes());
        assertThat((long) image.width() * image.height()).isLessThanOrEqualTo(MAX_PIXELS);
        decoded++;
      } catch (ServiceException rejected) {
        assertThat(rejected.code())
            .as("seed %d, mutation %d of %s", seed, i, mutation.name())
            .isIn(REJECTIONS);
      }
    }
    System.out.printf(
        "%d mutations: %d with accepted headers, %d decoded%n", MUTATIONS, reachedPixels, decoded);
    assertThat(reachedPixels).isGreaterThan(MUTATIONS / 4);
    assertThat(decoded).isPositive();
  }
}
