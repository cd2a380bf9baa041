package io.github.vanillanet.base.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Writes pictures as PNG. */
public final class PngFile {

  private PngFile() {}

  /** Encodes a picture without loss. */
  public static byte[] of(RgbImage image) {
    BufferedImage pixels =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = image.rgb();
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int at = 3 * (y * image.width() + x);
        int pixel = (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
        pixels.setRGB(x, y, pixel);
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      ImageIO.write(pixels, "png", file);
    } catch (IOException e) {
      throw new IllegalStateException("a picture can always be written to memory", e);
    }
    return file.toByteArray();
  }
}
