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

  /**
   * Writes {@code root/train/CLASS/n.png} and {@code root/val/CLASS/n.png}.
   *
   * @param shuffled whether the training labels are random
   */
  public static Path write(Path root, int perClass, boolean shuffled) throws IOException {
    Random random = new Random(7);
    for (int label = 0; label < CLASSES.size(); label++) {
      for (int i = 0; i < perClass; i++) {
        int colour = shuffled ? random.nextInt(CLASSES.size()) : label;
        save(root, "train", label, i, paint(colour, random));
        if (i % 4 == 0) {
          save(root, "val", label, i, paint(label, random));
        }
      }
    }
    return root;
  }

  private static void save(Path root, String split, int label, int index, BufferedImage image)
      throws IOException {
    Path folder = Files.createDirectories(root.resolve(split).resolve(CLASSES.get(label)));
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
