package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compares libjpeg-turbo with Pillow's pixels and, for damaged files, with the JDK's decoder. */
class TurboJpegTest {

  private static final long MAX_PIXELS = 4_000_000;
  private static final long MAX_NANOS = 2_000_000_000L;
  private static final int MUTATIONS = 40;

  private static JpegDecoder jpeg;
  private static ImageDecoder turbo;
  private final ImageDecoder imageIo = new ImageDecoder(MAX_PIXELS);

  @BeforeAll
  static void find() {
    jpeg = JpegDecoder.of("auto");
    assumeTrue(jpeg.canReduce(), "libjpeg-turbo is not installed: " + jpeg);
    turbo = new ImageDecoder(MAX_PIXELS, jpeg, false);
  }

  private static List<Oracle.Picture> jpegs() {
    return Stream.concat(Oracle.pictures().stream(), Oracle.oddEncodings().stream())
        .filter(picture -> picture.name().endsWith(".jpg"))
        .toList();
  }

  @Test
  void decodesToThePixelsOfPillow() {
    for (Oracle.Picture picture : jpegs()) {
      if (!picture.decodedSha256().isEmpty() && !picture.name().equals("jpeg_arithmetic.jpg")) {
        RgbImage decoded = turbo.decode(picture.bytes());

        assertThat(decoded.width()).as(picture.name()).isEqualTo(picture.width());
        assertThat(decoded.height()).as(picture.name()).isEqualTo(picture.height());
        assertThat(Oracle.sha256(decoded.rgb()))
            .as(picture.name())
            .isEqualTo(picture.decodedSha256());
      }
    }
  }

  @Test
  void libjpegTurboDecodesEveryOrdinaryFile() throws Exception {
    for (Oracle.Picture picture : Oracle.pictures()) {
      if (picture.name().endsWith(".jpg")) {
        JpegHeader header =
            new JpegHeader(
                picture.bytes(), MAX_PIXELS, MAX_PIXELS, MAX_NANOS, jpeg, PictureRules.OFFICIAL);

        assertThat(jpeg.decodeWithTurbo(header, 1))
            .as(picture.name())
            .map(decoded -> Oracle.sha256(decoded.rgb()))
            .hasValue(picture.decodedSha256());
      }
    }
  }

  @Test
  void rejectsWhatPillowRejects() {
    for (Oracle.Picture picture : jpegs()) {
      if (picture.decodedSha256().isEmpty()) {
        assertThatThrownBy(() -> turbo.decode(picture.bytes()))
            .as(picture.name())
            .has(code(ErrorCode.UNDECODABLE_IMAGE));
      }
    }
  }

  @Test
  void bothDecodersGiveTheSameAnswerForDamagedFiles() {
    Random random = new Random(4_711);
    List<UnaryOperator<byte[]>> damages =
        List.of(
            file -> withBytesChanged(file, random, file.length),
            file -> withBytesChanged(file, random, Math.min(file.length, 700)),
            file -> cutAndEnded(file, random),
            file -> withAGap(file, random));
    for (Oracle.Picture picture : jpegs()) {
      for (int i = 0; i < MUTATIONS; i++) {
        byte[] damaged = damages.get(i % damages.size()).apply(picture.bytes());

        assertThat(answer(turbo, damaged))
            .as("%s, mutation %d", picture.name(), i)
            .isEqualTo(answer(imageIo, damaged));
      }
    }
  }

  @Test
  void manyThreadsDecodeAtOnce() {
    List<Oracle.Picture> pictures =
        Oracle.pictures().stream().filter(picture -> picture.name().endsWith(".jpg")).toList();

    boolean allEqual =
        IntStream.range(0, 20 * pictures.size())
            .parallel()
            .mapToObj(i -> pictures.get(i % pictures.size()))
            .allMatch(
                picture ->
                    Oracle.sha256(turbo.decode(picture.bytes()).rgb())
                        .equals(picture.decodedSha256()));

    assertThat(allEqual).isTrue();
  }

  @Test
  void reducesOnlyPhotosMuchLargerThanNeeded() throws Exception {
    ImageDecoder reducing = new ImageDecoder(MAX_PIXELS, jpeg, true);
    byte[] encoded = gray(160, 128);

    assertThat(reduced(reducing, square(33), encoded).width()).isEqualTo(160);
    assertThat(reduced(reducing, square(32), encoded).width()).isEqualTo(80);
    assertThat(reduced(reducing, square(16), encoded).width()).isEqualTo(40);
    assertThat(reduced(reducing, square(8), encoded).width()).isEqualTo(20);
    assertThat(reduced(reducing, square(8), encoded).height()).isEqualTo(16);
    assertThat(reduced(turbo, square(8), encoded).width()).isEqualTo(160);
    assertThat(reduced(reducing, square(8), gray(164, 128)).width()).isEqualTo(41);
    assertThat(reduced(reducing, square(8), gray(161, 128)).width()).isEqualTo(161);
  }

  private static byte[] gray(int width, int height) throws IOException {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), "jpeg", encoded);
    return encoded.toByteArray();
  }

  private static RgbImage reduced(
      ImageDecoder decoder, Preprocessing preprocessing, byte[] encoded) {
    return decoder.decodeFor(preprocessing, decoder.open(encoded), () -> {}, note -> {});
  }

  private static Preprocessing square(int side) {
    Preprocessing usual = Preprocessing.official(224, 224);
    return new Preprocessing(side, side, true, side, side, usual.mean(), usual.std());
  }

  /** Size and digest, or the error message. */
  private static String answer(ImageDecoder decoder, byte[] encoded) {
    try {
      RgbImage image = decoder.decode(encoded);
      return image.width() + "x" + image.height() + " " + Oracle.sha256(image.rgb());
    } catch (ServiceException rejected) {
      return rejected.getMessage();
    }
  }

  private static byte[] withBytesChanged(byte[] file, Random random, int reach) {
    byte[] damaged = file.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      damaged[random.nextInt(reach)] = (byte) random.nextInt();
    }
    return damaged;
  }

  private static byte[] cutAndEnded(byte[] file, Random random) {
    int at = random.nextInt(file.length);
    byte[] damaged = Arrays.copyOf(file, at + 2);
    damaged[at] = (byte) 0xff;
    damaged[at + 1] = (byte) 0xd9;
    return damaged;
  }

  private static byte[] withAGap(byte[] file, Random random) {
    int from = random.nextInt(file.length);
    int to = Math.min(file.length, from + 1 + random.nextInt(64));
    byte[] damaged = Arrays.copyOf(file, file.length - (to - from));
    System.arraycopy(file, to, damaged, from, file.length - to);
    return damaged;
  }
}
