package io.github.vanillanet.base.image;

/** The alpha of a PNG's pixels: stored, of a palette entry, or of the one transparent colour. */
final class PngAlpha {

  private static final int OPAQUE = 255;

  private PngAlpha() {}

  /**
   * @param row the filter byte, then the samples
   * @return 0 to 255; the high byte of a 16-bit alpha
   */
  static int of(PngHeader header, byte[] row, int x) {
    int samples = header.colour().samples;
    int sampleBytes = Math.max(1, header.bitDepth() / 8);
    int from = 1 + x * samples * sampleBytes;
    byte[] transparency = header.transparency();
    return switch (header.colour()) {
      case GRAY_ALPHA, RGB_ALPHA -> row[from + (samples - 1) * sampleBytes] & 0xff;
      case PALETTE -> {
        int index = PngCodec.packed(row, x, header.bitDepth());
        yield index < transparency.length ? transparency[index] & 0xff : OPAQUE;
      }
      case GRAY, RGB -> {
        if (transparency.length < 2 * samples) {
          yield OPAQUE;
        }
        for (int sample = 0; sample < samples; sample++) {
          int key = (transparency[2 * sample] & 0xff) << 8 | transparency[2 * sample + 1] & 0xff;
          int found =
              switch (header.bitDepth()) {
                case 16 -> (row[from + 2 * sample] & 0xff) << 8 | row[from + 2 * sample + 1] & 0xff;
                case 8 -> row[from + sample] & 0xff;
                default -> PngCodec.packed(row, x, header.bitDepth()); // gray only
              };
          if (found != key) {
            yield OPAQUE;
          }
        }
        yield 0;
      }
    };
  }
}
