package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import org.junit.jupiter.api.Test;

class JpegLibraryTest {

  @Test
  void imageIoIsThereEverywhere() {
    JpegLibrary library = JpegLibrary.of("imageio");

    assertThat(library).hasToString("ImageIO");
    assertThat(library.canReduce()).isFalse();
  }

  @Test
  void autoTellsWhichItFoundOrWhyNot() {
    assertThat(JpegLibrary.of("auto").toString())
        .matches("libjpeg-turbo \\(.+\\)|ImageIO \\(no libjpeg-turbo: .+\\)");
  }

  @Test
  void aDecoderTellsOfScalingIfItScales() {
    JpegLibrary library = JpegLibrary.of("auto");
    ImageDecoder reducing = new ImageDecoder(1, library, true);

    assertThat(reducing.reduces()).isEqualTo(library.canReduce());
    assertThat(reducing.jpegDecoder())
        .isEqualTo(library + (library.canReduce() ? ", large photos DCT-scaled" : ""));
    assertThat(new ImageDecoder(1, library, false).jpegDecoder()).isEqualTo(library.toString());
    assertThat(new ImageDecoder(1, JpegLibrary.imageIo(), true).jpegDecoder()).isEqualTo("ImageIO");
  }

  @Test
  void refusesAnUnknownChoice() {
    assertThatThrownBy(() -> JpegLibrary.of("mozjpeg"))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessage(
            "vanillanet.jpeg-decoder: expected auto, turbojpeg or imageio, found 'mozjpeg'");
  }
}
