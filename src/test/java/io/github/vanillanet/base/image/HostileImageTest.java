package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class HostileImageTest {

  private static final int POINTS = 12;

  private final ImageDecoder decoder = new ImageDecoder(4_000_000);

  @Test
  void rejectsABombByItsHeaderBeforeDecoding() {
    assertThatThrownBy(() -> decoder.decode(pngHeader(30_000, 30_000)))
        .has(code(ErrorCode.TOO_LARGE))
        .hasMessageContaining("30000x30000")
        .hasMessageContaining("4000000");
  }

  @Test
  void rejectsSidesWhoseProductOverflows() {
    assertThatThrownBy(
            () -> new ImageDecoder(Long.MAX_VALUE).decode(pngHeader(0x7fffffff, 0x7fffffff)))
        .has(code(ErrorCode.TOO_LARGE));
  }

  @Test
  void limitsThePixelsOfEveryFormat() {
    ImageDecoder small = new ImageDecoder(100);

    for (String name :
        List.of("jpeg_420.jpg", "png_rgb.png", "gif.gif", "bmp_24.bmp", "webp_lossy.webp")) {
      assertThatThrownBy(() -> small.decode(Oracle.file(name)))
          .as(name)
          .has(code(ErrorCode.TOO_LARGE))
          .hasMessageContaining("100");
    }
  }

  @Test
  void rejectsUnknownFormatsAndShowsTheFirstBytes() {
    assertThatThrownBy(() -> decoder.decode(new byte[] {37, 80, 68, 70, 0, 1, 2, 3, 4}))
        .has(code(ErrorCode.UNSUPPORTED_IMAGE))
        .hasMessageContaining("25 50 44 46 00 01 02 03");
    assertThatThrownBy(() -> decoder.decode(new byte[0])).has(code(ErrorCode.UNSUPPORTED_IMAGE));
  }

  @Test
  void rejectsAFileOfManyEmptyScans() {
    byte[] jpeg = Oracle.file("jpeg_progressive.jpg");
    int lastScan = jpeg.length - 2;
    byte[] scan = {-1, (byte) 0xda, 0, 8, 1, 1, 0, 1, 63, 0};
    ByteBuffer bomb = ByteBuffer.allocate(jpeg.length + 1000 * scan.length);
    bomb.put(jpeg, 0, lastScan);
    for (int i = 0; i < 1000; i++) {
      bomb.put(scan);
    }
    bomb.put(jpeg, lastScan, 2);

    assertThatThrownBy(() -> decoder.decode(bomb.array()))
        .has(code(ErrorCode.UNDECODABLE_IMAGE))
        .hasMessageContaining("200");
  }

  @Test
  void rejectsTruncatedFiles() {
    for (Oracle.Picture picture : Oracle.pictures()) {
      byte[] whole = picture.bytes();
      for (int tenth = 0; tenth < 10; tenth++) {
        byte[] cut = Arrays.copyOf(whole, whole.length * tenth / 10);
        if (!mayEndThere(picture)) {
          assertThatThrownBy(() -> decoder.decode(cut))
              .as("%s cut to %d bytes", picture.name(), cut.length)
              .isInstanceOf(ServiceException.class);
        }
      }
    }
  }

  /** An animation's first frame may be complete, and 1x1's last tenth is only the end marker. */
  private static boolean mayEndThere(Oracle.Picture picture) {
    return picture.name().contains("animated") || picture.name().equals("png_1x1.png");
  }

  @Test
  void everyTruncationGivesAnImageOrAServiceException() {
    Random random = seeded(20_240_501L);
    for (Oracle.Picture picture : everything()) {
      byte[] whole = picture.bytes();
      for (int i = 0; i < POINTS; i++) {
        decodeOrReject(Arrays.copyOf(whole, random.nextInt(whole.length)));
      }
    }
  }

  @Test
  void everyDamageGivesAnImageOrAServiceException() {
    Random random = seeded(77L);
    for (Oracle.Picture picture : everything()) {
      byte[] whole = picture.bytes();
      for (int i = 0; i < POINTS; i++) {
        byte[] damaged = whole.clone();
        int reach = i % 2 == 0 ? whole.length : Math.min(whole.length, 120);
        for (int flips = 0; flips <= i % 4; flips++) {
          damaged[random.nextInt(reach)] = (byte) random.nextInt();
        }
        decodeOrReject(damaged);
      }
    }
  }

  private static List<Oracle.Picture> everything() {
    return Stream.concat(Oracle.pictures().stream(), Oracle.oddEncodings().stream()).toList();
  }

  /** Any other exception fails the test. */
  private void decodeOrReject(byte[] encoded) {
    decodeOrReject(decoder, PictureRules.OFFICIAL, encoded);
  }

  static void decodeOrReject(ImageDecoder decoder, PictureRules rules, byte[] encoded) {
    try {
      RgbImage image = decoder.decode(encoded, rules);
      assertThat((long) image.width() * image.height()).isLessThanOrEqualTo(4_000_000L);
    } catch (ServiceException rejected) {
      assertThat(rejected).hasMessageMatching("(?s)\\S.*\\S");
    }
  }

  private static Random seeded(long seed) {
    System.out.println("seed " + seed);
    return new Random(seed);
  }

  private static byte[] pngHeader(int width, int height) {
    ByteBuffer file = ByteBuffer.allocate(8 + 25 + 12);
    file.putLong(0x89504e470d0a1a0aL).putInt(13).put("IHDR".getBytes());
    file.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
    CRC32 checksum = new CRC32();
    checksum.update(file.array(), 12, 17);
    file.putInt((int) checksum.getValue()).putInt(0).put("IDAT".getBytes());
    return file.array();
  }
}
