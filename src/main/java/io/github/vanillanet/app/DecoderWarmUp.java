package io.github.vanillanet.app;

import io.github.vanillanet.image.ImageDecoder;
import io.github.vanillanet.image.Preprocessing;
import io.github.vanillanet.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Decodes and crops a photo-sized picture again and again beside the loading of the models, so that
 * the first request does not find cold code. A thread of its own, bounded in time.
 */
final class DecoderWarmUp {

  private static final Duration LONGEST = Duration.ofSeconds(1);
  private static final int PICTURES = 300;
  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;

  private final ImageDecoder decoder;
  private final Thread thread;

  DecoderWarmUp(ImageDecoder decoder) {
    this.decoder = decoder;
    this.thread = new Thread(this::run, "decoder-warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits for its end. */
  void await() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    byte[] encoded = picture();
    Preprocessing usual = Preprocessing.official(224, 224);
    long end = System.nanoTime() + LONGEST.toNanos();
    for (int i = 0; i < PICTURES && System.nanoTime() < end; i++) {
      RgbImage decoded = decoder.decode(encoded);
      usual.apply(decoded);
    }
  }

  /** A JPEG of noise upon a gradient, which has about as many coefficients as a photo. */
  private static byte[] picture() {
    BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
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
