package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OddEncodingsTest {

  /** Pillow decodes the first, which is unsupported here, and fails on the other's gray palette. */
  private static final Set<String> ANSWERED_DIFFERENTLY =
      Set.of("jpeg_arithmetic.jpg", "bmp_4_gray.bmp");

  private final ImageDecoder decoder = new ImageDecoder(1_000_000);

  static List<Oracle.Picture> accepted() {
    return pictures(picture -> !picture.decodedSha256().isEmpty());
  }

  static List<Oracle.Picture> rejected() {
    return pictures(picture -> picture.decodedSha256().isEmpty());
  }

  private static List<Oracle.Picture> pictures(Predicate<Oracle.Picture> kept) {
    return Oracle.oddEncodings().stream()
        .filter(kept)
        .filter(picture -> !ANSWERED_DIFFERENTLY.contains(picture.name()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void decodesToThePixelsOfPillow(Oracle.Picture picture) {
    RgbImage decoded = decoder.decode(picture.bytes());

    assertThat(decoded.width()).isEqualTo(picture.width());
    assertThat(decoded.height()).isEqualTo(picture.height());
    assertThat(Oracle.sha256(decoded.rgb())).isEqualTo(picture.decodedSha256());
  }

  @ParameterizedTest
  @MethodSource("rejected")
  void rejectsWhatPillowRejects(Oracle.Picture picture) {
    assertThatThrownBy(() -> decoder.decode(picture.bytes()))
        .has(code(ErrorCode.UNDECODABLE_IMAGE));
  }

  @Test
  void rejectsArithmeticAndTwelveBitJpeg() {
    assertThatThrownBy(() -> decoder.decode(odd("jpeg_arithmetic.jpg")))
        .has(code(ErrorCode.UNDECODABLE_IMAGE))
        .hasMessageContaining("arithmetic");
    assertThatThrownBy(() -> decoder.decode(odd("jpeg_12_bit.jpg")))
        .has(code(ErrorCode.UNDECODABLE_IMAGE))
        .hasMessageContaining("12-bit");
  }

  private static byte[] odd(String name) {
    return Oracle.read("/odd-encodings/" + name);
  }
}
