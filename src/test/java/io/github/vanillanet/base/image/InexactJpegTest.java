package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.vanillanet.base.error.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JPEGs that lack their end, and JPEGs that are decoded at a fraction of their size. */
class InexactJpegTest {

  private static final PictureRules ACCEPTING =
      PictureOptions.parse("truncated=accept").apply(PictureRules.OFFICIAL);

  private final ImageDecoder decoder = new ImageDecoder(1_000_000, JpegDecoder.of("auto"), false);

  @ParameterizedTest
  @ValueSource(strings = {"jpeg_420.jpg", "jpeg_444.jpg", "jpeg_progressive.jpg"})
  void onlyTheEndMayBeMissing(String name) {
    byte[] whole = Oracle.file(name);
    byte[] withoutMarker = Arrays.copyOf(whole, whole.length - 2);
    byte[] almost = Arrays.copyOf(whole, whole.length - whole.length / 100);
    byte[] half = Arrays.copyOf(whole, whole.length / 2);

    assertThat(decoder.decode(withoutMarker, ACCEPTING).rgb())
        .isEqualTo(decoder.decode(whole).rgb());
    RgbImage decoded = decoder.decode(almost, ACCEPTING);
    assertThat(decoded.height()).isEqualTo(decoder.decode(whole).height());
    assertThat(equalBytes(decoded, decoder.decode(whole))).isGreaterThan(0.9);
    assertThat(notes(almost)).hasSize(1);
    assertThat(notes(whole)).isEmpty();
    for (byte[] cut : List.of(withoutMarker, almost, half)) {
      assertThatThrownBy(() -> decoder.decode(cut)).has(code(ErrorCode.UNDECODABLE_IMAGE));
    }
    assertThatThrownBy(() -> decoder.decode(half, ACCEPTING))
        .has(code(ErrorCode.UNDECODABLE_IMAGE));
  }

  private static double equalBytes(RgbImage one, RgbImage other) {
    int equal = 0;
    for (int i = 0; i < one.rgb().length; i++) {
      equal += one.rgb()[i] == other.rgb()[i] ? 1 : 0;
    }
    return (double) equal / one.rgb().length;
  }

  private List<String> notes(byte[] file) {
    List<String> notes = new ArrayList<>();
    EncodedImage opened = decoder.open(file, ACCEPTING);
    decoder.decodeFor(Preprocessing.official(224, 224), opened, () -> {}, notes::add);
    return notes;
  }

  @Test
  void aLargeJpegIsReducedUnlessTheRulesAreOfficial() {
    JpegDecoder jpeg = JpegDecoder.of("auto");
    assumeTrue(jpeg.canReduce(), "libjpeg-turbo is not installed: " + jpeg);
    ImageDecoder small =
        new ImageDecoder(10_000, 80_000, jpeg, false, PictureOptions.NONE, Optional.empty());
    byte[] file = Oracle.file("jpeg_progressive.jpg"); // 259 x 401 pixels
    byte[] smaller = Oracle.file("jpeg_444.jpg"); // 320 x 240
    List<String> notes = new ArrayList<>();

    RgbImage reduced =
        small.decodeFor(
            Preprocessing.official(32, 32),
            small.open(smaller, PictureRules.AUTO),
            () -> {},
            notes::add);

    assertThat(reduced.width()).isEqualTo(80);
    assertThat(reduced.height()).isEqualTo(60);
    assertThat(notes).hasSize(1);
    assertThatThrownBy(() -> small.open(smaller)).has(code(ErrorCode.TOO_LARGE));
    assertThatThrownBy(() -> small.open(file, PictureRules.AUTO)).has(code(ErrorCode.TOO_LARGE));
    assertThatThrownBy(() -> small.open(Oracle.file("png_rgb.png"), PictureRules.AUTO))
        .has(code(ErrorCode.TOO_LARGE));
  }

  @Test
  void sidesThatTheFactorDoesNotDivideAreRoundedUp() {
    JpegDecoder jpeg = JpegDecoder.of("auto");
    assumeTrue(jpeg.canReduce(), "libjpeg-turbo is not installed: " + jpeg);
    ImageDecoder small =
        new ImageDecoder(30_000, 200_000, jpeg, false, PictureOptions.NONE, Optional.empty());

    RgbImage reduced = small.decode(Oracle.file("jpeg_progressive.jpg"), PictureRules.AUTO);

    assertThat(reduced.width()).isEqualTo(130);
    assertThat(reduced.height()).isEqualTo(201);
  }
}
