package io.github.vanillanet.base.image;

/**
 * The part of a canvas of colour indices that a GIF frame covers, filled in the order of its
 * pixels. One thread.
 */
final class GifFrame {

  /** Interlaced rows come in four passes: first row and step of each. */
  private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

  private final byte[] canvas;
  private final int canvasWidth;
  private final int origin;
  private final int width;
  private final int height;
  private int pass;
  private int step;
  private int x;
  private int y;

  GifFrame(
      byte[] canvas,
      int canvasWidth,
      int left,
      int top,
      int width,
      int height,
      boolean interlaced) {
    this.canvas = canvas;
    this.canvasWidth = canvasWidth;
    this.origin = top * canvasWidth + left;
    this.width = width;
    this.height = height;
    this.pass = interlaced ? 0 : PASSES.length - 1;
    this.step = interlaced ? PASSES[0][1] : 1;
  }

  boolean full() {
    return y >= height;
  }

  /** Writes the next pixel; the frame must not be full. */
  void put(byte index) {
    canvas[origin + y * canvasWidth + x] = index;
    if (++x == width) {
      x = 0;
      y += step;
      while (y >= height && pass < PASSES.length - 1) {
        pass++;
        y = PASSES[pass][0];
        step = PASSES[pass][1];
      }
    }
  }
}
