package io.github.vanillanet.train.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DistortionGoldenTest {

  private interface Sample {
    int at(int x, int y, int channel);
  }

  @ParameterizedTest
  @EnumSource
  void equalsPillow(Distortion distortion) throws IOException {
    List<String[]> cases =
        golden().stream().filter(row -> row[0].equals(distortion.name())).toList();
    assertThat(cases).hasSizeGreaterThanOrEqualTo(4);

    for (String[] row : cases) {
      RgbImage image = row[1].equals("pale") ? pale() : contrasty();
      RgbImage result =
          distortion.apply(image, Double.parseDouble(row[2]), Integer.parseInt(row[3]));

      assertThat(hash(result)).as(String.join(" ", row)).isEqualTo(row[4]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void keepsTheSizeAndTheSourceOfTinyImages(Distortion distortion) {
    for (int width = 1; width < 5; width++) {
      for (int height = 1; height < 5; height++) {
        RgbImage image = Pictures.noisy(width, height, width * 10 + height);
        byte[] before = image.rgb().clone();

        RgbImage result = distortion.apply(image, 10, -1);

        assertThat(result.width()).isEqualTo(width);
        assertThat(result.height()).isEqualTo(height);
        assertThat(image.rgb()).isEqualTo(before);
      }
    }
  }

  @Test
  void aChannelOfOneValueIsUnchanged() {
    RgbImage plain = image(5, 5, (x, y, channel) -> 90 + channel);

    assertThat(ToneCurves.autoContrast(plain).rgb()).isEqualTo(plain.rgb());
    assertThat(ToneCurves.equalize(plain).rgb()).isEqualTo(plain.rgb());
  }

  private static RgbImage contrasty() {
    return image(37, 29, (x, y, c) -> (x * 7 + y * 5 + c * 40 + x * y * (c + 3) % 64) % 256);
  }

  private static RgbImage pale() {
    return image(64, 64, (x, y, c) -> 60 + (x + 2 * y + c * 13 + (x * x + y * c) % 31) % 120);
  }

  private static RgbImage image(int width, int height, Sample sample) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) sample.at(i / 3 % width, i / 3 / width, i % 3);
    }
    return new RgbImage(width, height, rgb);
  }

  private static List<String[]> golden() throws IOException {
    try (InputStream in =
        DistortionGoldenTest.class.getResourceAsStream("/golden/distortion/golden.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t"))
          .toList();
    }
  }

  private static String hash(RgbImage image) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(image.rgb());
      return HexFormat.of().formatHex(digest).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
