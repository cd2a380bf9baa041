package io.github.vanillanet.train.look;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.train.dataset.Sample;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;

/** Small JPEG images of samples. */
public record Thumbnails(ImageDecoder decoder) {

  private static final int SIDE = 64;
  private static final int PER_CLASS = 4;
  private static final int IN_TOTAL = 200;

  /** JPEGs of the first images of each class; fewer per class if there are many classes. */
  public List<List<byte[]>> of(List<Sample> samples, int classes) {
    int each = Math.min(PER_CLASS, IN_TOTAL / Math.max(1, classes));
    List<List<byte[]>> thumbnails = new ArrayList<>();
    for (int label = 0; label < classes; label++) {
      int wanted = label;
      thumbnails.add(
          samples.stream()
              .filter(sample -> sample.label() == wanted)
              .limit(each)
              .flatMap(sample -> jpeg(sample).stream())
              .toList());
    }
    return thumbnails;
  }

  /** A JPEG of at most 64×64 pixels; empty if the file cannot be decoded any more. */
  public Optional<byte[]> jpeg(Sample sample) {
    try {
      return Optional.of(
          jpeg(decoder.decode(Files.readAllBytes(sample.file()), decoder.trainingRules())));
    } catch (ServiceException | IOException e) {
      return Optional.empty(); // changed since the scan
    }
  }

  /** A JPEG of at most 64×64 pixels. */
  public static byte[] jpeg(RgbImage image) throws IOException {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(shrunk(image), "jpeg", jpeg);
    return jpeg.toByteArray();
  }

  private static BufferedImage shrunk(RgbImage image) {
    BufferedImage whole =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = image.rgb();
    for (int i = 0; i < rgb.length; i += 3) {
      int pixel = (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | rgb[i + 2] & 0xff;
      whole.setRGB(i / 3 % image.width(), i / 3 / image.width(), pixel);
    }
    double scale = Math.min(1, (double) SIDE / Math.max(image.width(), image.height()));
    int width = (int) Math.max(1, Math.round(scale * image.width()));
    int height = (int) Math.max(1, Math.round(scale * image.height()));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(whole, 0, 0, width, height, null);
    graphics.dispose();
    return small;
  }
}
