import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Draws a small labelled data set: photos/circle, photos/square and photos/triangle, 80 JPEG files
 * each. Run it with {@code java docs/examples/DrawShapes.java photos}.
 */
public class DrawShapes {
  private static final int SIDE = 64;
  private static final int FILES_PER_CLASS = 80;

  public static void main(String[] arguments) throws Exception {
    File folder = new File(arguments.length > 0 ? arguments[0] : "photos");
    Random random = new Random(1);
    for (String shape : new String[] {"circle", "square", "triangle"}) {
      File classFolder = new File(folder, shape);
      classFolder.mkdirs();
      for (int i = 0; i < FILES_PER_CLASS; i++) {
        ImageIO.write(draw(shape, random), "jpg", new File(classFolder, shape + i + ".jpg"));
      }
    }
    System.out.println("Drew " + 3 * FILES_PER_CLASS + " pictures in " + folder);
  }

  private static BufferedImage draw(String shape, Random random) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    boolean dark = random.nextBoolean();
    graphics.setColor(colour(random, dark ? 0 : 150));
    graphics.fillRect(0, 0, SIDE, SIDE);
    graphics.setColor(colour(random, dark ? 150 : 0));
    int size = 28 + random.nextInt(20);
    int x = 4 + random.nextInt(SIDE - size - 8);
    int y = 4 + random.nextInt(SIDE - size - 8);
    switch (shape) {
      case "circle" -> graphics.fillOval(x, y, size, size);
      case "square" -> graphics.fillRect(x, y, size, size);
      default ->
          graphics.fillPolygon(
              new int[] {x, x + size, x + size / 2}, new int[] {y + size, y + size, y}, 3);
    }
    graphics.dispose();
    return image;
  }

  private static Color colour(Random random, int least) {
    return new Color(
        least + random.nextInt(100), least + random.nextInt(100), least + random.nextInt(100));
  }
}
