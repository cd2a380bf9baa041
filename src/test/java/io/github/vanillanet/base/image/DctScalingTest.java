package io.github.vanillanet.base.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** What DCT-scaled decoding changes is no more than the README declares. */
class DctScalingTest {

  private static final int ENLARGED = 8;

  /** Differences of samples, whose range is 0 to 255. */
  private static final double DECLARED_MEAN = 0.23;

  private static final double DECLARED_WORST_MEAN = 0.5;
  private static final int DECLARED_LARGEST = 7;

  /** By how much each is reduced once it is enlarged: as far as it stays larger than 512×512. */
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
  void theCropsOfLargePhotosStayAsCloseAsDeclared() throws IOException {
    JpegLibrary library = JpegLibrary.of("auto");
    assumeTrue(library.canReduce(), "libjpeg-turbo is not installed: " + library);
    ImageDecoder exact = new ImageDecoder(1 << 24, library, false);
    ImageDecoder reducing = new ImageDecoder(1 << 24, library, true);
    double sumOfMeans = 0;

    for (Map.Entry<String, Integer> photo : DIVISORS.entrySet()) {
      String name = photo.getKey();
      byte[] file = enlarged(exact.decode(Oracle.file(name)));

      RgbImage whole = exact.decodeFor(official, file);
      RgbImage reduced = reducing.decodeFor(official, file);

      assertThat(reduced.width()).as(name).isEqualTo(whole.width() / photo.getValue());
      assertThat(reduced.height()).as(name).isEqualTo(whole.height() / photo.getValue());
      double mean = requireClose(name, official.apply(whole).rgb(), official.apply(reduced).rgb());
      sumOfMeans += mean;
    }

    assertThat(sumOfMeans / DIVISORS.size()).isLessThanOrEqualTo(DECLARED_MEAN);
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
    assertThat(largest).as(name).isBetween(1, DECLARED_LARGEST);
    assertThat(mean).as(name).isLessThanOrEqualTo(DECLARED_WORST_MEAN);
    return mean;
  }

  /** As a JPEG with chroma of half the rows and columns. */
  private static byte[] enlarged(RgbImage photo) throws IOException {
    int width = ENLARGED * photo.width();
    int height = ENLARGED * photo.height();
    byte[] rgb = BicubicResizer.resizeAndCrop(photo, width, height, 0, 0, width, height).rgb();
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    picture.getRaster().setDataElements(0, 0, width, height, rgb);
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    ImageIO.write(picture, "jpeg", encoded);
    return encoded.toByteArray();
  }
}
