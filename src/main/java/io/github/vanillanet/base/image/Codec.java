package io.github.vanillanet.base.image;

import java.io.IOException;

/** Decodes one file format as Pillow's {@code convert("RGB")} would show it. Any thread. */
interface Codec {

  /**
   * Decodes the first frame. Alpha, gamma, colour profiles and orientation are ignored.
   *
   * @param encoded a whole file whose signature is this format's; only read
   * @param limit checked as soon as the header is read
   * @throws IOException if the file is damaged or of a kind that is not decoded; its message
   *     completes the sentence "cannot be decoded: "
   */
  RgbImage decode(byte[] encoded, PixelLimit limit) throws IOException;
}
