package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The pixel layouts of BMP that Pillow knows. */
enum BmpLayout {
  INDEXED,
  RUN_LENGTH_4,
  RUN_LENGTH_8,
  BGR_555,
  BGR_565,
  BGR,
  BGRX,
  XBGR,
  RGBX;

  private static final int RAW = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BIT_FIELDS = 3;

  /**
   * @param masks positioned at the colour masks, which are read if {@code compression} requires
   *     them
   * @param withAlphaMask whether a fourth mask follows the three
   */
  static BmpLayout of(int bits, long compression, ByteBuffer masks, boolean withAlphaMask)
      throws IOException {
    if (compression == BIT_FIELDS) {
      long red = FileBytes.u32(masks);
      long green = FileBytes.u32(masks);
      long blue = FileBytes.u32(masks);
      long alpha = withAlphaMask ? FileBytes.u32(masks) : 0;
      return ofMasks(bits, red, green, blue, alpha);
    }
    if (compression == RLE8 || compression == RLE4) {
      if (bits != 1 && bits != 4 && bits != 8) {
        throw new IOException("run lengths with %d bits per pixel are not defined".formatted(bits));
      }
      return compression == RLE4 ? RUN_LENGTH_4 : RUN_LENGTH_8;
    }
    if (compression != RAW) {
      throw new IOException("compression %d is not supported".formatted(compression));
    }
    return switch (bits) {
      case 1, 4, 8 -> INDEXED;
      case 16 -> BGR_555;
      case 24 -> BGR;
      case 32 -> BGRX;
      default -> throw new IOException("%d bits per pixel are not defined".formatted(bits));
    };
  }

  private static BmpLayout ofMasks(int bits, long red, long green, long blue, long alpha)
      throws IOException {
    String masks = "%d:%x,%x,%x".formatted(bits, red, green, blue);
    String withAlpha = "%s,%x".formatted(masks, alpha);
    return switch (bits == 32 ? withAlpha : masks) {
      case "16:f800,7e0,1f" -> BGR_565;
      case "16:7c00,3e0,1f" -> BGR_555;
      case "24:ff0000,ff00,ff" -> BGR;
      case "32:ff0000,ff00,ff,0", "32:ff0000,ff00,ff,ff000000", "32:0,0,0,0" -> BGRX;
      case "32:ff000000,ff0000,ff00,0", "32:ff000000,ff0000,ff00,ff" -> XBGR;
      case "32:ff,ff00,ff0000,ff000000" -> RGBX;
      default -> throw new IOException("colour masks %s are not supported".formatted(withAlpha));
    };
  }
}
