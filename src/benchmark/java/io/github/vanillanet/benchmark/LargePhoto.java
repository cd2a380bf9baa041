package io.github.vanillanet.benchmark;

import io.github.vanillanet.base.image.RgbImage;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** A JPEG of 12 megapixels. */
final class LargePhoto {

  private static final int WIDTH = 4032;
  private static final int HEIGHT = 3024;

  private LargePhoto() {}

  /**
   * @param photo a JPEG to enlarge
   */
  static byte[] of(byte[] photo) throws IOException {
    BufferedImage large = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = large.createGraphics();
    canvas.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    canvas.drawImage(ImageIO.read(new ByteArrayInputStream(photo)), 0, 0, WIDTH, HEIGHT, null);
    canvas.dispose();
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    ImageIO.write(large, "jpeg", encoded);
    return encoded.toByteArray();
  }

  /** Fails if the decoder reduced the image although it should not, or the reverse. */
  static void requireScaled(boolean expected, RgbImage decoded) {
    boolean found = decoded.width() < WIDTH && decoded.height() < HEIGHT;
    if (found != expected) {
      throw new IllegalStateException(
          "expected an image of %dx%d%s, found %dx%d"
              .formatted(
                  WIDTH, HEIGHT, expected ? " or less" : "", decoded.width(), decoded.height()));
    }
  }
}
