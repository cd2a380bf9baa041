package io.github.vanillanet.model.certify;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Test images from a seed, the same on every machine: smooth colour waves under noise. Neighbouring
 * pixels correlate as in photos.
 *
 * @param count number of images
 */
public record Probes(long seed, int count) {

  /**
   * Two images are enough, because a wrong fuse changes nearly every logit of every image. Each
   * costs the float64 reference as much as a dozen forwards of the served net.
   */
  public static final Probes STANDARD = new Probes(20230522, 2);

  public Probes {
    if (count < 1 || count > 1024) {
      throw new IllegalArgumentException("expected 1 to 1024 probes, found " + count);
    }
  }

  public List<RgbImage> images(int height, int width) {
    SplittableRandom random = new SplittableRandom(seed);
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(image(height, width, random.split()));
    }
    return images;
  }

  private static RgbImage image(int height, int width, SplittableRandom random) {
    int[] period = new int[3];
    int[] phase = new int[3];
    for (int c = 0; c < 3; c++) {
      period[c] = 8 + random.nextInt(56);
      phase[c] = random.nextInt(64);
    }
    byte[] rgb = new byte[3 * height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          // a triangle wave in integers, which are equal on every machine
          int position = (x + (c + 1) * y + phase[c]) % (2 * period[c]);
          int wave = Math.abs(position - period[c]) * 191 / period[c];
          rgb[(y * width + x) * 3 + c] = (byte) (wave + random.nextInt(64));
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /** All images, normalised: [count, 3, height, width]. */
  public float[] normalised(Preprocessing preprocessing) {
    int height = preprocessing.height();
    int width = preprocessing.width();
    FloatBuffer batch = FloatBuffer.allocate(count * 3 * height * width);
    images(height, width).forEach(image -> batch.put(preprocessing.normalise(image)));
    return batch.array();
  }
}
