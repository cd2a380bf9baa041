package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** HEIC with the tool of libheif, where it is installed. */
class HeicDecoderTest {

  private static final byte[] ROTATED = Oracle.read("/picture-rules/rotated.heic"); // 320x240

  private final ImageDecoder plain = new ImageDecoder(100_000);

  @Test
  void isRejectedByNameWithoutTheSetting() {
    assertThatThrownBy(() -> plain.decode(ROTATED))
        .has(code(ErrorCode.UNSUPPORTED_IMAGE))
        .hasMessageContaining("HEIC")
        .hasMessageContaining("vanillanet.heic");
    assertThat(plain.recognises(ROTATED)).isFalse();
  }

  @Test
  void theContainerRotatesThePictureUnderAnyRules() {
    ImageDecoder decoder = decoder(100_000);

    RgbImage image = decoder.decode(ROTATED, PictureRules.OFFICIAL);

    assertThat(image.width()).isEqualTo(240);
    assertThat(image.height()).isEqualTo(320);
    assertThat(decoder.decode(ROTATED, PictureRules.AUTO).rgb()).isEqualTo(image.rgb());
    assertThat(decoder.recognises(ROTATED)).isTrue();
  }

  @Test
  void damagedAndLargeFilesAreRejected() {
    assertThatThrownBy(() -> decoder(10_000).decode(ROTATED)).has(code(ErrorCode.TOO_LARGE));
    byte[] cut = Arrays.copyOf(ROTATED, ROTATED.length / 2);
    byte[] container = Arrays.copyOf(ROTATED, 60);

    assertThatThrownBy(() -> decoder(100_000).decode(cut)).has(code(ErrorCode.UNDECODABLE_IMAGE));
    assertThatThrownBy(() -> decoder(100_000).decode(container))
        .has(code(ErrorCode.UNDECODABLE_IMAGE));
  }

  private ImageDecoder decoder(long maxPixels) {
    try {
      return new ImageDecoder(
          maxPixels,
          maxPixels,
          JpegDecoder.imageIo(),
          false,
          PictureOptions.NONE,
          Optional.of(new HeicDecoder(new ImageDecoder(maxPixels))));
    } catch (ServiceException e) {
      assumeTrue(false, e.getMessage());
      throw e;
    }
  }
}
