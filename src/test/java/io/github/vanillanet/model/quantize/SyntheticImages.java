package io.github.vanillanet.model.quantize;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Small uncompressed BMP files of random colour stripes, each different. */
public final class SyntheticImages {

  private static final int SIDE = 16;

  private SyntheticImages() {}

  /** Writes {@code count} images into a folder, from a seed. */
  public static void write(Path folder, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try {
      Files.createDirectories(folder);
      for (int i = 0; i < count; i++) {
        Files.write(folder.resolve("%05d.bmp".formatted(i)), image(random.split()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] image(SplittableRandom random) {
    int pixels = 3 * SIDE * SIDE;
    ByteBuffer bmp = ByteBuffer.allocate(54 + pixels).order(ByteOrder.LITTLE_ENDIAN);
    bmp.put((byte) 'B').put((byte) 'M').putInt(54 + pixels).putInt(0).putInt(54);
    bmp.putInt(40).putInt(SIDE).putInt(SIDE).putShort((short) 1).putShort((short) 24);
    bmp.putInt(0).putInt(pixels).putInt(0).putInt(0).putInt(0).putInt(0);
    int[] from = new int[3];
    int[] to = new int[3];
    for (int c = 0; c < 3; c++) {
      from[c] = random.nextInt(256);
      to[c] = random.nextInt(256);
    }
    int period = 1 + random.nextInt(SIDE);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        for (int c = 0; c < 3; c++) {
          int value = (x + y) / period % 2 == 0 ? from[c] : to[c];
          bmp.put((byte) Math.max(0, Math.min(255, value + random.nextInt(-20, 20))));
        }
      }
    }
    return bmp.array();
  }
}
