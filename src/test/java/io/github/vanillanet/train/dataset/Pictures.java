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

/** Generates images of seeded noise on a gradient. */
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

  static byte[] png(RgbImage image) {
    BufferedImage buffered =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < image.rgb().length; i += 3) {
      int value =
          (image.rgb()[i] & 0xff) << 16
              | (image.rgb()[i + 1] & 0xff) << 8
              | image.rgb()[i + 2] & 0xff;
      buffered.setRGB(i / 3 % image.width(), i / 3 / image.width(), value);
    }
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(buffered, "png", out);
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

  /** Writes {@code count} images of 32x32; the label is the index modulo 3. */
  static List<Sample> samples(Path folder, int count) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(new Sample(write(folder.resolve("%04d.png".formatted(i)), i), i % 3));
    }
    return samples;
  }
}
