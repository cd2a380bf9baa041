package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures of seeded noise on a gradient, made on the spot. */
final class Pictures {

  private Pictures() {}

  static RgbImage noisy(int width, int height, long seed) {
    Random random = new Random(seed);
    int tint = random.nextInt(64);
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      rgb[i] = (byte) (tint + 80 * x / width + 60 * y / height + random.nextInt(50));
    }
    return new RgbImage(width, height, rgb);
  }

  static byte[] png(RgbImage picture) {
    BufferedImage image =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < picture.rgb().length; i += 3) {
      int value =
          (picture.rgb()[i] & 0xff) << 16
              | (picture.rgb()[i + 1] & 0xff) << 8
              | picture.rgb()[i + 2] & 0xff;
      image.setRGB(i / 3 % picture.width(), i / 3 / picture.width(), value);
    }
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path file, long seed) {
    return write(file, png(noisy(32, 32, seed)));
  }

  static Path write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code count} pictures of 32x32; the label is the index modulo 3. */
  static List<Sample> samples(Path folder, int count) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(new Sample(write(folder.resolve("%04d.png".formatted(i)), i), i % 3));
    }
    return samples;
  }
}
