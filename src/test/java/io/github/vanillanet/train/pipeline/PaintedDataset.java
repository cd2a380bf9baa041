package io.github.vanillanet.train.pipeline;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small images whose class is their colour, with noise. A net learns them within seconds. */
public final class PaintedDataset {

  public static final List<String> CLASSES = List.of("blue", "green", "red");

  private static final int SIDE = 32;

  private PaintedDataset() {}

  /** The relation of the labels to the colours. */
  public enum Labels {
    RIGHT,
    /** The training labels are random. */
    SHUFFLED,
    /** The labels of training and validation are random. */
    ALL_SHUFFLED,
    /** Green and red are random in the training: only blue can be learned. */
    CONFUSED
  }

  /**
   * Writes {@code root/train/CLASS/n.png} and {@code root/val/CLASS/n.png}, a quarter as many.
   *
   * @param shuffled whether the training labels are random
   */
  public static Path write(Path root, int perClass, boolean shuffled) throws IOException {
    return write(
        root, perClass, (perClass + 3) / 4, shuffled ? Labels.SHUFFLED : Labels.RIGHT, CLASSES);
  }

  /**
   * @param classes three names of the colours
   */
  public static Path write(
      Path root, int training, int validation, Labels labels, List<String> classes)
      throws IOException {
    Random random = new Random(7);
    Random held = new Random(8); // the same validation images for all labels
    for (int label = 0; label < classes.size(); label++) {
      for (int i = 0; i < training; i++) {
        int colour =
            switch (labels) {
              case RIGHT -> label;
              case SHUFFLED, ALL_SHUFFLED -> random.nextInt(classes.size());
              case CONFUSED -> label == 0 ? label : 1 + random.nextInt(2);
            };
        save(root, "train", classes.get(label), i, paint(colour, random));
      }
      for (int i = 0; i < validation; i++) {
        int colour = labels == Labels.ALL_SHUFFLED ? held.nextInt(classes.size()) : label;
        save(root, "val", classes.get(label), i, paint(colour, held));
      }
    }
    return root;
  }

  private static void save(Path root, String split, String name, int index, BufferedImage image)
      throws IOException {
    Path folder = Files.createDirectories(root.resolve(split).resolve(name));
    ImageIO.write(image, "png", folder.resolve(index + ".png").toFile());
  }

  private static BufferedImage paint(int colour, Random random) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int bright = 120 + random.nextInt(136);
        int dark = random.nextInt(120) << 8 * ((colour + 1) % 3);
        image.setRGB(x, y, bright << 8 * colour | dark);
      }
    }
    return image;
  }
}
