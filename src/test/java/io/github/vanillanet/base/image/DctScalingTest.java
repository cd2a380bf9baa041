package io.github.vanillanet.base.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Compares the crops of DCT-scaled decoding with those of exact decoding. */
class DctScalingTest {

  private static final int ENLARGED = 8;

  /** Differences of samples, which range from 0 to 255. */
  private static final double DOCUMENTED_MEAN = 0.23;

  private static final double DOCUMENTED_WORST_MEAN = 0.5;
  private static final int DOCUMENTED_LARGEST = 7;

  /** The divisor of each enlarged photo: the largest that leaves at least 512×512 pixels. */
  private static final Map<String, Integer> DIVISORS =
      Map.of(
          "jpeg_420.jpg", 2,
          "jpeg_422.jpg", 2,
          "jpeg_444.jpg", 2,
          "jpeg_512_q75.jpg", 8,
          "jpeg_icc.jpg", 4,
          "jpeg_progressive.jpg", 4,
          "jpeg_upscale_224x149.jpg", 2);

  private final Preprocessing official = Preprocessing.official(224, 224);

  @Test
  void cropsOfLargePhotosDifferByNoMoreThanDocumented() throws IOException {
    JpegDecoder jpeg = JpegDecoder.of("auto");
    assumeTrue(jpeg.canReduce(), "libjpeg-turbo is not installed: " + jpeg);
    ImageDecoder exact = new ImageDecoder(1 << 24, jpeg, false);
    ImageDecoder reducing = new ImageDecoder(1 << 24, jpeg, true);
    double sumOfMeans = 0;

    for (Map.Entry<String, Integer> photo : DIVISORS.entrySet()) {
      String name = photo.getKey();
      byte[] file = enlarged(exact.decode(Oracle.file(name)));

      RgbImage whole = exact.decodeFor(official, exact.open(file), () -> {}, note -> {});
      RgbImage reduced = reducing.decodeFor(official, reducing.open(file), () -> {}, note -> {});

      assertThat(reduced.width()).as(name).isEqualTo(whole.width() / photo.getValue());
      assertThat(reduced.height()).as(name).isEqualTo(whole.height() / photo.getValue());
      double mean = requireClose(name, official.apply(whole).rgb(), official.apply(reduced).rgb());
      sumOfMeans += mean;
    }

    assertThat(sumOfMeans / DIVISORS.size()).isLessThanOrEqualTo(DOCUMENTED_MEAN);
  }

  private static double requireClose(String name, byte[] exact, byte[] found) {
    long sum = 0;
    int largest = 0;
    for (int i = 0; i < exact.length; i++) {
      int difference = Math.abs((exact[i] & 0xff) - (found[i] & 0xff));
      sum += difference;
      largest = Math.max(largest, difference);
    }
    double mean = (double) sum / exact.length;
    assertThat(largest).as(name).isBetween(1, DOCUMENTED_LARGEST);
    assertThat(mean).as(name).isLessThanOrEqualTo(DOCUMENTED_WORST_MEAN);
    return mean;
  }

  /** Encoded as a JPEG with chroma of half the rows and columns. */
  private static byte[] enlarged(RgbImage photo) throws IOException {
    int width = ENLARGED * photo.width();
    int height = ENLARGED * photo.height();
    byte[] rgb = BicubicResizer.resizeAndCrop(photo, 1, width, height, 0, 0, width, height).rgb();
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    picture.getRaster().setDataElements(0, 0, width, height, rgb);
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    ImageIO.write(picture, "jpeg", encoded);
    return encoded.toByteArray();
  }
}
