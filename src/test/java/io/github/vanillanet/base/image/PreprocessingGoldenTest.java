package io.github.vanillanet.base.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingGoldenTest {

  private final ImageDecoder decoder = new ImageDecoder(50_000_000);
  private final Preprocessing official = Preprocessing.official(224, 224);

  static List<Oracle.Picture> pictures() {
    return Oracle.pictures();
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void decodesToThePixelsOfPillow(Oracle.Picture picture) {
    RgbImage decoded = decoder.decode(picture.bytes());

    assertThat(decoded.width()).isEqualTo(picture.width());
    assertThat(decoded.height()).isEqualTo(picture.height());
    assertThat(Oracle.sha256(decoded.rgb())).isEqualTo(picture.decodedSha256());
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void cropsToThePixelsOfTorchvision(Oracle.Picture picture) {
    RgbImage crop = official.apply(decoder.decode(picture.bytes()));

    assertThat(Oracle.sha256(crop.rgb())).isEqualTo(picture.cropSha256());
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg_420.jpg", "png_rgb.png"})
  void normalisesToTheBitsOfTorchvision(String name) {
    RgbImage crop = official.apply(decoder.decode(Oracle.file(name)));

    float[] normalised = official.normalise(crop);

    assertThat(normalised).containsExactly(Oracle.normalised(name.split("\\.")[0]));
  }

  @Test
  void threadsWithAnyClassLoaderShareOneDecoder() {
    List<Oracle.Picture> pictures = pictures();

    boolean allEqual =
        IntStream.range(0, 4 * pictures.size())
            .parallel()
            .mapToObj(i -> pictures.get(i % pictures.size()))
            .allMatch(picture -> picture.cropSha256().equals(cropWithoutContextLoader(picture)));

    assertThat(allEqual).isTrue();
  }

  private String cropWithoutContextLoader(Oracle.Picture picture) {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      RgbImage decoded = decoder.decode(picture.bytes());
      return Oracle.sha256(official.apply(decoded).rgb());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
