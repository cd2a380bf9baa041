package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.options.BoundingBox;
import io.github.vanillanet.Oracle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the crop on the page with the crop of the official evaluation. */
@ExtendWith(Browsers.class)
class CropPageIT {

  /** Computed by hand: short side 256, centre crop 224. */
  @ParameterizedTest
  @CsvSource({
    "jpeg_444.jpg, 320, 240, 0.171875, 0.0625, 0.65625, 0.875", // 341×256: 58.6 → 58, 16
    "jpeg_progressive.jpg, 259, 401, 0.0625, 0.217172, 0.875, 0.565657", // 256×396: 16, 86
    "jpeg_exif6.jpg, 301, 227, 0.171091, 0.0625, 0.660767, 0.875", // 339×256: 57.5 → 58, 16
  })
  void theCropIsDrawnOverThePicture(
      String name,
      int width,
      int height,
      double left,
      double top,
      double across,
      double down,
      PageSession session) {
    session.chooseModel(LiveService.SEEDED);
    session.choosePicture(Oracle.file("preprocess/" + name));
    session.answers();

    session.page().locator("#stage").waitFor();
    assertThat(session.page().textContent("#crop-text"))
        .startsWith("%d × %d pixels".formatted(width, height));
    BoundingBox photo = session.page().locator("#photo").boundingBox();
    BoundingBox crop = session.page().locator("#crop").boundingBox();
    assertThat((crop.x - photo.x) / photo.width).isCloseTo(left, within(0.005));
    assertThat((crop.y - photo.y) / photo.height).isCloseTo(top, within(0.005));
    assertThat(crop.width / photo.width).isCloseTo(across, within(0.005));
    assertThat(crop.height / photo.height).isCloseTo(down, within(0.005));
  }

  /** The browser resizes differently, so the pixels are only similar. */
  @Test
  void thePreviewIsTheOfficialCrop(PageSession session) throws IOException {
    session.chooseModel(LiveService.SEEDED);
    for (String name :
        List.of(
            "jpeg_420.jpg",
            "jpeg_progressive.jpg",
            "jpeg_exif6.jpg",
            "jpeg_wide_2000x60.jpg",
            "png_rgb.png")) {
      String crop = "preprocess/" + name.replaceAll("\\..*", ".crop.png");
      int[] official = pixels(Files.readAllBytes(Oracle.file(crop)));

      session.choosePicture(Oracle.file("preprocess/" + name));
      session
          .page()
          .waitForCondition(() -> session.page().getAttribute("#photo", "alt").endsWith(name));
      // not waitForFunction: it evaluates text in the page, which the security policy forbids
      session
          .page()
          .waitForCondition(
              () -> (Boolean) session.page().evaluate("document.getElementById('photo').complete"));
      String shown =
          (String)
              session
                  .page()
                  .evaluate(
                      """
                      async (model) => {
                        const { partOf } = await import('./page/picture.js');
                        const { preprocessing } = await (await fetch(`models/${model}`)).json();
                        const photo = document.getElementById('photo');
                        return partOf(photo, preprocessing).toDataURL('image/png');
                      }\
                      """,
                      LiveService.SEEDED);

      int[] seen = pixels(Base64.getDecoder().decode(shown.substring(shown.indexOf(',') + 1)));
      assertThat(difference(seen, official)).as(name).isLessThan(8);
    }
    assertThat(session.page().textContent("#crop-text")).contains("as 224 × 224 pixels");
  }

  private static int[] pixels(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png)).getRGB(0, 0, 224, 224, null, 0, 224);
  }

  /** Mean absolute difference over all channels, of 255. */
  private static double difference(int[] one, int[] other) {
    long sum = 0;
    for (int i = 0; i < one.length; i++) {
      for (int shift = 0; shift < 24; shift += 8) {
        sum += Math.abs((one[i] >> shift & 0xff) - (other[i] >> shift & 0xff));
      }
    }
    return sum / (3.0 * one.length);
  }
}
