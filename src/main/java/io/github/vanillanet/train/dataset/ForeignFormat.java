package io.github.vanillanet.train.dataset;

import java.nio.charset.StandardCharsets;

/** Names the format of a file that is not a supported image. */
final class ForeignFormat {

  private static final int BRAND = 8;

  private ForeignFormat() {}

  /**
   * @param start the first bytes of the file
   */
  static String of(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (text.startsWith("ftyp", BRAND / 2)) {
      String brand = text.substring(BRAND, Math.min(text.length(), BRAND + BRAND / 2));
      return switch (brand) {
        case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1" ->
            "a HEIC image; convert it to JPEG";
        case "avif", "avis" -> "an AVIF image; convert it to JPEG";
        default -> "a video";
      };
    }
    if (text.startsWith("II*\0") || text.startsWith("MM\0*")) {
      return "a TIFF or raw image; convert it to JPEG";
    }
    if (text.startsWith("%PDF")) {
      return "a PDF document";
    }
    if (text.startsWith("PK\3\4")) {
      return "a zip archive";
    }
    return text.chars().allMatch(ForeignFormat::isText) ? "text" : "an unknown format";
  }

  private static boolean isText(int character) {
    return character >= ' ' || Character.isWhitespace(character);
  }
}
