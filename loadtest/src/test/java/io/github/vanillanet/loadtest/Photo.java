package io.github.vanillanet.loadtest;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A JPEG with the size of a typical ImageNet photo: soft shapes with noise. */
final class Photo {

  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;
  private static final int GRAIN = 24;
  private static final float QUALITY = 0.9f;

  private Photo() {}

  /** About 90 KB, the same bytes each time. */
  static byte[] jpeg() {
    return jpeg(1);
  }

  /** A photo with other shapes and noise for each seed. About 90 KB, the same bytes each time. */
  static byte[] jpeg(int seed) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
      try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
        writer.setOutput(out);
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        how.setCompressionQuality(QUALITY);
        writer.write(null, new IIOImage(picture(seed), null, null), how);
      } finally {
        writer.dispose();
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedImage picture(int seed) {
    Random random = new Random(seed);
    double turn = seed - 1;
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        double shape =
            Math.sin(x / 37.0 + turn)
                + Math.cos(y / 23.0 + 2 * turn)
                + Math.sin((x + 2 * y) / 61.0 + 3 * turn);
        int grain = (int) (random.nextGaussian() * GRAIN / 3);
        int red = clip(128 + 40 * shape + grain);
        int green = clip(120 + 30 * Math.cos(shape) * shape + grain);
        int blue = clip(100 + 50 * Math.sin(shape * 2) + grain);
        image.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    return image;
  }

  private static int clip(double value) {
    return (int) Math.max(0, Math.min(255, value));
  }
}
