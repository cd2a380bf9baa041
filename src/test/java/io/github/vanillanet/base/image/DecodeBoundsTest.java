package io.github.vanillanet.base.image;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The work of a decode is known, and bounded, before the decode begins. */
class DecodeBoundsTest {

  private static final long MAX_PIXELS = 25_000_000;
  private static final long MAX_NANOS = 2_000_000_000L;
  private static final int SIDE = 5000;

  static List<ImageDecoder> decoders() {
    return List.of(
        new ImageDecoder(MAX_PIXELS), new ImageDecoder(MAX_PIXELS, JpegDecoder.of("auto"), false));
  }

  /** Files of small size whose decode would take long, or much memory. */
  private static Map<String, byte[]> costly() {
    byte[] progressive = Oracle.file("jpeg_progressive.jpg");
    byte[] large = Bombs.resized(progressive, SIDE, SIDE);
    byte[] baseline = Bombs.resized(Oracle.file("jpeg_444.jpg"), SIDE, SIDE);
    byte[] emptyScan = {-1, (byte) 0xda, 0, 8, 1, 1, 0, 1, 63, 0x10};
    return Map.of(
        "100 scans that refine",
        Bombs.withLastScanRepeated(large, 100),
        "100 scans that repeat the first",
        Bombs.withScanRepeated(large, 0, 100),
        "100 scans that repeat the second",
        Bombs.withScanRepeated(large, 1, 100),
        "190 empty scans",
        Bombs.inserted(large, large.length - 2, Bombs.repeat(emptyScan, 180)),
        "190 baseline scans",
        Bombs.withLastScanRepeated(baseline, 190),
        "1000 scans of a small picture",
        Bombs.withLastScanRepeated(progressive, 1000),
        "a row of 200 MB",
        Bombs.png((int) MAX_PIXELS, 1, 16, 6, false, 100),
        "interlaced rows of 9 bytes",
        Bombs.png(1, (int) MAX_PIXELS, 16, 6, true, 100),
        "more clear codes than pixels",
        Bombs.gif(8, 8, 0, 0, Bombs.repeat(allOnes(), 100)));
  }

  private static byte[] allOnes() {
    byte[] block = new byte[256];
    Arrays.fill(block, (byte) 0xff);
    return block;
  }

  /** Files of unusual structure that take little work. */
  private static Map<String, byte[]> cheap() {
    byte[] jpeg = Oracle.file("jpeg_420.jpg");
    byte[] tables = {-1, (byte) 0xdb, 0, 2};
    byte[] comment = {-1, (byte) 0xfe, 0, 2};
    byte[] fill = new byte[2_000_000];
    Arrays.fill(fill, (byte) 0xff);
    byte[] manyParts =
        Bombs.inserted(jpeg, 2, Bombs.repeat(Bombs.concat(tables, comment), 100_000));
    byte[] bomb = Bombs.concat("a".getBytes(), new byte[2], Bombs.deflate(new byte[50 << 20]));
    byte[] lossless = Oracle.file("webp_lossless.webp");
    return Map.ofEntries(
        Map.entry("fill bytes", Bombs.inserted(jpeg, 2, fill)),
        Map.entry("many small segments", manyParts),
        Map.entry("a thumbnail in APP1", withNestedFile(jpeg)),
        Map.entry("a second picture", Bombs.concat(jpeg, jpeg)),
        Map.entry("empty IDAT chunks", Bombs.pngWith(Bombs.chunk("IDAT"), 100_000)),
        Map.entry("small tEXt chunks", Bombs.pngWith(Bombs.chunk("tEXt"), 100_000)),
        Map.entry("zTXt that inflates", Bombs.pngWith(Bombs.chunk("zTXt", bomb), 1)),
        Map.entry("iCCP that inflates", Bombs.pngWith(Bombs.chunk("iCCP", bomb), 1)),
        Map.entry("data beyond the picture", Bombs.png(8, 8, 8, 2, false, 50 << 20)),
        Map.entry("comments", Bombs.gif(8, 1, 500_000, 2, new byte[] {2, 0x4c, 1})),
        Map.entry("a frame on a large canvas", Bombs.gif(SIDE, 1, 0, 2, new byte[] {2, 0x4c, 1})),
        Map.entry("1000 frames", Bombs.animatedWebp(2000, lossless, 1000)));
  }

  private static byte[] withNestedFile(byte[] jpeg) {
    byte[] thumbnail = Arrays.copyOf(jpeg, Math.min(jpeg.length, 60_000));
    int length = thumbnail.length + 2;
    byte[] head = {-1, (byte) 0xe1, (byte) (length >> 8), (byte) length};
    return Bombs.inserted(jpeg, 2, Bombs.concat(head, thumbnail));
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void rejectsCostlyFilesBeforeTheirDecode(ImageDecoder decoder) {
    costly()
        .forEach(
            (name, file) ->
                assertThatThrownBy(() -> decoder.decode(file))
                    .as(name)
                    .has(code(ErrorCode.UNDECODABLE_IMAGE)));
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void decodesFilesOfUnusualStructure(ImageDecoder decoder) {
    cheap()
        .forEach(
            (name, file) -> {
              assertThat(decoder.open(file).nanos()).as(name).isLessThan(MAX_NANOS);
              assertThat(decoder.decode(file).width()).as(name).isPositive();
            });
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void rejectsDataOfEmptyBlocks(ImageDecoder decoder) {
    assertThatThrownBy(() -> decoder.decode(Bombs.pngOfEmptyBlocks(1_000_000)))
        .has(code(ErrorCode.UNDECODABLE_IMAGE));
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void acceptsTheLargestOrdinaryPictures(ImageDecoder decoder) {
    List<byte[]> largest =
        List.of(
            Bombs.resized(Oracle.file("jpeg_progressive.jpg"), SIDE, SIDE),
            Bombs.resized(Oracle.file("jpeg_444.jpg"), SIDE, SIDE),
            Bombs.resized(Oracle.file("jpeg_cmyk_adobe.jpg"), SIDE, SIDE),
            Bombs.png(SIDE, SIDE, 16, 6, true, 100),
            Bombs.gif(SIDE, SIDE, 0, 2, new byte[] {2, 0x4c, 1}));

    for (byte[] file : largest) {
      assertThat(decoder.open(file).nanos()).isPositive().isLessThanOrEqualTo(MAX_NANOS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg_420.jpg", "png_rgb.png", "gif.gif", "bmp_8.bmp", "webp_lossy.webp"})
  void theWorkGrowsWithThePicture(String name) {
    ImageDecoder decoder = new ImageDecoder(MAX_PIXELS);
    byte[] file = Oracle.file(name);
    RgbImage image = decoder.decode(file);

    assertThat(decoder.open(file).nanos()).isGreaterThan((long) image.width() * image.height());
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg_512_q75.jpg", "gif.gif", "bmp_24.bmp"})
  void aDecodeStopsAtItsCheckpoint(String name) {
    ImageDecoder decoder = new ImageDecoder(MAX_PIXELS);
    EncodedImage opened = decoder.open(Oracle.file(name));
    assertStops(decoder, opened, 1);
  }

  @Test
  void aLongDecodeStopsInItsMiddle() {
    ImageDecoder decoder = new ImageDecoder(MAX_PIXELS);
    byte[] jpeg = Oracle.file("jpeg_512_q75.jpg");
    byte[] tables = Bombs.repeat(new byte[] {-1, (byte) 0xdb, 0, 2}, 20_000);

    assertStops(decoder, decoder.open(Bombs.inserted(jpeg, 2, tables)), 3);
    assertStops(decoder, decoder.open(Bombs.pngOfEmptyBlocks(100_000)), 3);
  }

  private static void assertStops(ImageDecoder decoder, EncodedImage opened, int checkpoints) {
    AtomicInteger reached = new AtomicInteger();
    ServiceException gone = ErrorCode.CLIENT_GONE.error("the client has disconnected");
    Runnable checkpoint =
        () -> {
          if (reached.incrementAndGet() == checkpoints) {
            throw gone;
          }
        };

    assertThatThrownBy(
            () ->
                decoder.decodeFor(Preprocessing.official(224, 224), opened, checkpoint, note -> {}))
        .isSameAs(gone);
    assertThat(reached).hasValue(checkpoints);
  }
}
