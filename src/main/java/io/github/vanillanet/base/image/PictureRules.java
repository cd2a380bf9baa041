package io.github.vanillanet.base.image;

/**
 * How the samples of a file become a picture, where a viewer and the official evaluation differ.
 *
 * @param upright whether the orientation that the camera recorded is applied
 * @param scaled whether 16-bit gray is scaled to 8 bits; otherwise it is clipped at 255
 * @param background colour {@code 0xrrggbb} under transparent pixels, or {@link #ALPHA_DROPPED}
 * @param truncated whether a JPEG may lack the last twentieth of its rows
 */
public record PictureRules(boolean upright, boolean scaled, int background, boolean truncated) {

  /** A background: the stored colours are used, whatever their alpha. */
  public static final int ALPHA_DROPPED = -1;

  static final int WHITE = 0xffffff;

  /** The pixels of Pillow's {@code Image.open(file).convert("RGB")}. */
  public static final PictureRules OFFICIAL = new PictureRules(false, false, ALPHA_DROPPED, false);

  /** The picture that a viewer shows on a white page. */
  public static final PictureRules AUTO = new PictureRules(true, true, WHITE, false);

  public PictureRules {
    if (background < ALPHA_DROPPED || background > WHITE) {
      throw new IllegalArgumentException("background must be 24 bits, found " + background);
    }
  }

  /** Returns whether the pixels are those of the official evaluation for every file. */
  public boolean isOfficial() {
    return !upright && !scaled && !blends();
  }

  /** Returns whether transparent pixels show the background. */
  boolean blends() {
    return background != ALPHA_DROPPED;
  }

  /** Puts the pixel at {@code at}, with an alpha of 0 to 255, on the background. */
  void blend(byte[] rgb, int at, int alpha) {
    if (alpha == 255) {
      return;
    }
    for (int channel = 0; channel < 3; channel++) {
      int below = background >> 16 - 8 * channel & 0xff;
      int sum = (rgb[at + channel] & 0xff) * alpha + below * (255 - alpha) + 128;
      rgb[at + channel] = (byte) ((sum >> 8) + sum >> 8); // the sum / 255, rounded
    }
  }
}
