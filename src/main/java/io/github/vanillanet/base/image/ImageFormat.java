package io.github.vanillanet.base.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The file formats that are decoded, told apart by their first bytes. */
enum ImageFormat {
  JPEG("JPEG"),
  PNG("PNG"),
  GIF("GIF"),
  BMP("BMP"),
  WEBP("WebP");

  private final String label;

  ImageFormat(String label) {
    this.label = label;
  }

  /** The format's usual spelling, for messages. */
  String label() {
    return label;
  }

  static Optional<ImageFormat> of(byte[] encoded) {
    return Arrays.stream(values()).filter(format -> format.signs(encoded)).findFirst();
  }

  private boolean signs(byte[] encoded) {
    return switch (this) {
      case JPEG -> holds(encoded, 0, "\u00ff\u00d8\u00ff");
      case PNG -> holds(encoded, 0, "\u0089PNG\r\n\u001a\n");
      case GIF -> holds(encoded, 0, "GIF87a") || holds(encoded, 0, "GIF89a");
      case BMP -> holds(encoded, 0, "BM");
      case WEBP -> holds(encoded, 0, "RIFF") && holds(encoded, 8, "WEBP");
    };
  }

  private static boolean holds(byte[] encoded, int from, String latin1) {
    byte[] expected = latin1.getBytes(StandardCharsets.ISO_8859_1);
    int end = from + expected.length;
    return encoded.length >= end && Arrays.equals(encoded, from, end, expected, 0, expected.length);
  }
}
