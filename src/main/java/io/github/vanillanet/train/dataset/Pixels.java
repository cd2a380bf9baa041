package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.RgbImage;

/** Moves whole pixels of a picture. Stateless; each result is a new picture. */
final class Pixels {

  private Pixels() {}

  /** The box at ({@code left}, {@code top}); what lies outside the picture is black. */
  static RgbImage crop(RgbImage picture, int left, int top, int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    int from = Math.max(0, left);
    int columns = Math.min(left + width, picture.width()) - from;
    for (int y = Math.max(0, top);
        columns > 0 && y < Math.min(top + height, picture.height());
        y++) {
      System.arraycopy(
          picture.rgb(),
          3 * (y * picture.width() + from),
          rgb,
          3 * ((y - top) * width + from - left),
          3 * columns);
    }
    return new RgbImage(width, height, rgb);
  }

  /** Left becomes right. */
  static RgbImage mirror(RgbImage picture) {
    int width = picture.width();
    byte[] source = picture.rgb();
    byte[] rgb = new byte[source.length];
    for (int y = 0; y < picture.height(); y++) {
      int from = 3 * y * width;
      for (int at = from + 3 * (width - 1); at >= 3 * y * width; at -= 3, from += 3) {
        rgb[at] = source[from];
        rgb[at + 1] = source[from + 1];
        rgb[at + 2] = source[from + 2];
      }
    }
    return new RgbImage(width, picture.height(), rgb);
  }
}
