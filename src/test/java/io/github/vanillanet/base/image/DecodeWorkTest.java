package io.github.vanillanet.base.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;

/** Counts the work of pictures, and prints what a unit of work costs on this machine. */
class DecodeWorkTest {

  private static final int SIDE = 1024;
  private static final int ROUNDS = 5;
  private static final long SEED = 7;

  private final JpegDecoder imageIo = JpegDecoder.imageIo();

  @Test
  void countsTheBlocksOfEveryScan() throws IOException {
    JpegHeader baseline = header(Bombs.resized(Oracle.file("jpeg_420.jpg"), 160, 128));
    JpegHeader larger = header(Bombs.resized(Oracle.file("jpeg_420.jpg"), 161, 129));
    JpegHeader progressive = header(Bombs.resized(Oracle.file("jpeg_progressive.jpg"), 160, 128));

    // luma has 20x16 blocks, each chroma plane 10x8
    assertThat(baseline.scans).isEqualTo(1);
    assertThat(baseline.blocks).isEqualTo(20 * 16 + 2 * 10 * 8);
    assertThat(baseline.refinedCoefficients).isZero();
    // ten scans: 6 of luma and 4 of each chroma plane
    assertThat(progressive.scans).isEqualTo(10);
    assertThat(progressive.blocks).isEqualTo(6 * 20 * 16 + 4 * 2 * 10 * 8);
    // DC: luma and chroma 1 coefficient each; AC: luma twice 63, chroma once 63
    assertThat(progressive.refinedCoefficients)
        .isEqualTo((1 + 2 * 63) * 20 * 16 + (1 + 63) * 2 * 10 * 8);
    // a scan of several planes visits whole units of 16x16 pixels
    assertThat(larger.blocks).isEqualTo(11 * 9 * 6);
  }

  @Test
  void repeatedScansCountEachTime() throws IOException {
    byte[] once = Bombs.resized(Oracle.file("jpeg_progressive.jpg"), 160, 128);
    byte[] eleven = Bombs.withLastScanRepeated(once, 10);

    assertThat(header(eleven).refinedCoefficients - header(once).refinedCoefficients)
        .isEqualTo(10L * 63 * 20 * 16);
  }

  @Test
  void printsNanosecondsPerUnitOfWork() throws IOException {
    BufferedImage noise = noise(SIDE, SIDE);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("JPEG, per block", jpeg(noise, false));
    files.put("progressive JPEG, per block and scan", jpeg(noise, true));
    files.put("PNG, per byte of its rows", encoded(noise, "png"));
    files.put("GIF, per pixel", encoded(noise, "gif"));
    files.put("BMP, per pixel", encoded(noise, "bmp"));
    files.put("TIFF with LZW, per byte of its rows", tiff(noise, "LZW"));
    files.put("lossy WebP, per pixel", Oracle.file("webp_lossy.webp"));
    files.put("lossless WebP, per pixel", Oracle.file("webp_lossless.webp"));

    for (JpegDecoder jpeg : List.of(imageIo, JpegDecoder.of("auto"))) {
      ImageDecoder decoder = new ImageDecoder(SIDE * SIDE, jpeg, false);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        EncodedImage opened = decoder.open(file.getValue());
        RgbImage image = decoder.decode(file.getValue());
        long units = units(file.getKey(), opened, image);
        long measured = fastest(decoder, file.getValue());

        System.out.printf(
            "%s: %s: %d units, %.2f ns each, estimated %.2f%n",
            jpeg, file.getKey(), units, (double) measured / units, (double) opened.nanos() / units);
        assertThat(opened.nanos()).as(file.getKey()).isGreaterThan(units);
      }
    }
  }

  private static long units(String unit, EncodedImage opened, RgbImage image) {
    return opened instanceof JpegHeader header
        ? header.blocks
        : unit.contains("pixel")
            ? (long) image.width() * image.height()
            : (long) image.height() * (1 + 3 * image.width());
  }

  private static long fastest(ImageDecoder decoder, byte[] file) {
    ThreadMXBean processor = ManagementFactory.getThreadMXBean();
    long fastest = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long started = processor.getCurrentThreadCpuTime();
      decoder.decode(file);
      fastest = Math.min(fastest, processor.getCurrentThreadCpuTime() - started);
    }
    return fastest;
  }

  private JpegHeader header(byte[] file) throws IOException {
    return new JpegHeader(
        file, SIDE * SIDE, SIDE * SIDE, Long.MAX_VALUE, imageIo, PictureRules.OFFICIAL);
  }

  private static BufferedImage noise(int width, int height) {
    Random random = new Random(SEED);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    return image;
  }

  private static byte[] jpeg(BufferedImage image, boolean progressive) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setProgressiveMode(
        progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    writer.setOutput(ImageIO.createImageOutputStream(file));
    writer.write(null, new IIOImage(image, null, null), parameters);
    writer.dispose();
    return file.toByteArray();
  }

  private static byte[] tiff(BufferedImage image, String compression) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionType(compression);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ImageOutputStream output = ImageIO.createImageOutputStream(file)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, null), parameters);
    }
    writer.dispose();
    return file.toByteArray();
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(image, format, file);
    return file.toByteArray();
  }
}
