package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.base.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files with an orientation, 16-bit gray or alpha, and TIFFs of many layouts. The digests are those
 * of Pillow 9.4: {@code convert("RGB")}, and the same after {@code exif_transpose} and a paste on
 * white.
 */
class PictureRulesTest {

  private static final String FOLDER = "/picture-rules/";
  private static final Preprocessing SMALL =
      new Preprocessing(24, 24, true, 21, 21, List.of(0., 0., 0.), List.of(1., 1., 1.));

  private final ImageDecoder decoder = new ImageDecoder(1_000_000, JpegDecoder.of("auto"), false);

  private record Picture(String name, String official, String auto, String autoCrop) {
    byte[] bytes() {
      return Oracle.read(FOLDER + name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Picture> pictures() throws IOException {
    JsonNode index = new ObjectMapper().readTree(Oracle.read(FOLDER + "index.json"));
    return StreamSupport.stream(index.spliterator(), false)
        .map(
            it ->
                new Picture(
                    it.get("image").asText(),
                    it.get("official").asText(),
                    it.get("auto").asText(),
                    it.get("auto_crop").asText()));
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void decodesToThePixelsOfPillowUnderBothRules(Picture picture) {
    byte[] file = picture.bytes();
    EncodedImage opened = decoder.open(file, PictureRules.AUTO);
    RgbImage stored = decoder.decodeFor(SMALL, opened, () -> {}, note -> {});

    assertThat(sha(decoder.decode(file))).as("official").isEqualTo(picture.official());
    assertThat(sha(decoder.decode(file, PictureRules.AUTO))).as("auto").isEqualTo(picture.auto());
    assertThat(sha(SMALL.apply(stored, opened.orientation())))
        .as("crop, read in upright order")
        .isEqualTo(picture.autoCrop());
  }

  private static String sha(RgbImage image) {
    return Oracle.sha256(image.rgb());
  }

  @Test
  void putsTransparentPixelsOnTheGivenColour() {
    byte[] file = Oracle.read(FOLDER + "rgb_key.png"); // the pixels from (3, 2) are transparent
    PictureRules red = PictureOptions.parse("alpha=#fe0102").apply(PictureRules.OFFICIAL);
    RgbImage image = decoder.decode(file, red);
    int at = 3 * (2 * image.width() + 3);

    assertThat(image.rgb()[at]).isEqualTo((byte) 0xfe);
    assertThat(image.rgb()[at + 1]).isEqualTo((byte) 1);
    assertThat(image.rgb()[at + 2]).isEqualTo((byte) 2);
  }

  @Test
  void readsOptionsOfSettingsAndRequests() {
    PictureRules rules =
        PictureOptions.parse("exif=auto, depth=official,alpha=official,truncated=accept")
            .apply(PictureRules.AUTO);

    assertThat(rules).isEqualTo(new PictureRules(true, false, PictureRules.ALPHA_DROPPED, true));
    assertThat(PictureOptions.parse("official").apply(PictureRules.AUTO))
        .isEqualTo(PictureRules.OFFICIAL);
    for (String wrong : List.of("exif=6", "colour=auto", "alpha=12", "truncated=yes", "")) {
      assertThatThrownBy(() -> PictureOptions.parse(wrong))
          .as(wrong)
          .has(code(ErrorCode.INVALID_REQUEST));
    }
  }

  @Test
  void damagedExifDataMeanUpright() {
    Random random = new Random(11);
    byte[] exif = new byte[64];
    for (int i = 0; i < 20_000; i++) {
      random.nextBytes(exif);
      ByteBuffer.wrap(exif).putInt(i % 2 == 0 ? 0x49492a00 : 0x4d4d002a);
      exif[7] = (byte) (i % 2 == 0 ? 0 : exif[7]);
      int length = random.nextInt(exif.length);
      assertThat(Orientation.ofExif(exif, 0, length)).isBetween(1, 8);
    }
    ByteBuffer.wrap(exif).putInt(0x4d4d002a).putInt(8).putShort((short) -1); // many entries

    assertThat(Orientation.ofExif(exif, 0, exif.length)).isBetween(1, 8);
  }

  @Test
  void damagedTiffsAreDecodedOrRejected() throws IOException {
    Random random = new Random(3);
    for (Picture picture : pictures().filter(it -> it.name().endsWith(".tif")).toList()) {
      byte[] whole = picture.bytes();
      for (int i = 0; i < 60; i++) {
        byte[] damaged = whole.clone();
        int from = i % 3 == 0 ? 0 : Math.max(0, whole.length - 300); // the directory is at an end
        for (int flips = 0; flips <= i % 4; flips++) {
          damaged[from + random.nextInt(Math.min(300, whole.length))] = (byte) random.nextInt();
        }
        HostileImageTest.decodeOrReject(decoder, PictureRules.AUTO, damaged);
      }
    }
  }

  @Test
  void damagedAlphaAndOrientationAreDecodedOrRejected() throws IOException {
    Random random = new Random(4);
    for (Picture picture : pictures().filter(it -> !it.name().endsWith(".tif")).toList()) {
      byte[] whole = picture.bytes();
      for (int i = 0; i < 60; i++) {
        byte[] damaged = whole.clone();
        damaged[random.nextInt(Math.min(60, whole.length))] = (byte) random.nextInt();
        damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
        HostileImageTest.decodeOrReject(decoder, PictureRules.AUTO, damaged);
      }
    }
  }
}
