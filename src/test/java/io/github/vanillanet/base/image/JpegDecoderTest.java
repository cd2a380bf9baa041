package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import org.junit.jupiter.api.Test;

class JpegDecoderTest {

  @Test
  void imageIoIsAlwaysAvailable() {
    JpegDecoder decoder = JpegDecoder.of("imageio");

    assertThat(decoder).hasToString("ImageIO");
    assertThat(decoder.canReduce()).isFalse();
  }

  @Test
  void autoNamesTheLibraryItFoundOrTheReason() {
    assertThat(JpegDecoder.of("auto").toString())
        .matches("libjpeg-turbo \\(.+\\)|ImageIO \\(no libjpeg-turbo: .+\\)");
  }

  @Test
  void theNameOfAReducingDecoderContainsItsScaling() {
    JpegDecoder jpeg = JpegDecoder.of("auto");
    ImageDecoder reducing = new ImageDecoder(1, jpeg, true);

    assertThat(reducing.reduces()).isEqualTo(jpeg.canReduce());
    assertThat(reducing.jpegDecoder())
        .isEqualTo(jpeg + (jpeg.canReduce() ? ", large photos DCT-scaled" : ""));
    assertThat(new ImageDecoder(1, jpeg, false).jpegDecoder()).isEqualTo(jpeg.toString());
    assertThat(new ImageDecoder(1, JpegDecoder.imageIo(), true).jpegDecoder()).isEqualTo("ImageIO");
  }

  @Test
  void rejectsAnUnknownChoice() {
    assertThatThrownBy(() -> JpegDecoder.of("mozjpeg"))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContaining("vanillanet.jpeg-decoder")
        .hasMessageContaining("mozjpeg");
  }
}
