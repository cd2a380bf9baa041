package io.github.vanillanet.app;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** A JPEG of noise upon a gradient, with about as many coefficients as a photo of its size. */
final class SamplePhoto {

  private SamplePhoto() {}

  static byte[] jpeg(int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int gray = (x + y) / 4 + random.nextInt(32);
        picture.setRGB(x, y, gray << 16 | gray << 8 | 255 - gray);
      }
    }
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "jpeg", encoded);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return encoded.toByteArray();
  }
}
