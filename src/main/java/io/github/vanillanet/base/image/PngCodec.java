package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decodes PNG of every colour type and depth, interlaced or not. ImageIO is not used because it
 * applies gamma. Pillow clips 16-bit gray at 255 and takes the high byte of 16-bit colour; scaled
 * gray is its high byte, too.
 */
final class PngCodec {

  /** Adam7: first column, first row, column step, row step of each pass. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int SIGNATURE_BYTES = 8;
  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  private PngCodec() {}

  /** Nanoseconds per row, per decompressed byte, per byte of the file, and per pixel. */
  private static final int NANOS_PER_ROW = 40;

  private static final int NANOS_PER_ROW_BYTE = 6;
  private static final int NANOS_PER_FILE_BYTE = 8;
  private static final int NANOS_PER_PIXEL = 5;
  private static final int NANOS_PER_BLENDED_PIXEL = 20;

  static DecodeWork open(byte[] encoded, long maxPixels, PictureRules rules) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(encoded).position(SIGNATURE_BYTES);
    PngHeader header = PngHeader.read(file, maxPixels);
    int[][] passes = header.interlaced() ? PASSES : ONE_PASS;
    long rows = 0;
    long bytes = 0;
    for (int[] pass : passes) {
      int columns = columns(header, pass);
      if (columns > 0) {
        long height = Math.max(0, (header.height() - pass[1] + pass[3] - 1) / pass[3]);
        rows += height;
        bytes += height * (1 + header.rowBytes(columns));
      }
    }
    long pixels = (long) header.width() * header.height();
    long decompressed = bytes;
    boolean blends = rules.blends() && header.hasAlpha();
    return new DecodeWork(
        encoded,
        "%d rows in %d passes with %d bytes".formatted(rows, passes.length, bytes),
        NANOS_PER_ROW * rows
            + NANOS_PER_ROW_BYTE * bytes
            + NANOS_PER_FILE_BYTE * file.remaining()
            + (blends ? NANOS_PER_BLENDED_PIXEL : NANOS_PER_PIXEL) * pixels,
        rules.upright() ? header.orientation() : Orientation.UPRIGHT,
        checkpoint -> decode(header, rules, file.duplicate(), decompressed, checkpoint));
  }

  private static RgbImage decode(
      PngHeader header, PictureRules rules, ByteBuffer file, long decompressed, Runnable checkpoint)
      throws IOException {
    byte[] rgb = new byte[3 * header.width() * header.height()];
    try (PngRows rows = new PngRows(file, header.filterDistance(), decompressed, checkpoint)) {
      if (readPasses(header, rules, rows, rgb)) {
        rows.finish();
      }
    }
    return new RgbImage(header.width(), header.height(), rgb);
  }

  /** Returns false if the compressed data ended properly before the last row. */
  private static boolean readPasses(PngHeader header, PictureRules rules, PngRows rows, byte[] rgb)
      throws IOException {
    boolean blends = rules.blends() && header.hasAlpha();
    for (int[] pass : header.interlaced() ? PASSES : ONE_PASS) {
      int columns = columns(header, pass);
      if (columns == 0) {
        continue;
      }
      rows.startPass((int) header.rowBytes(columns));
      for (int y = pass[1]; y < header.height(); y += pass[3]) {
        if (!rows.next()) {
          return false;
        }
        int start = 3 * (y * header.width() + pass[0]);
        expand(header, rules.scaled(), rows.row(), columns, rgb, start, 3 * pass[2]);
        for (int x = 0, at = start; blends && x < columns; x++, at += 3 * pass[2]) {
          rules.blend(rgb, at, PngAlpha.of(header, rows.row(), x));
        }
      }
    }
    return true;
  }

  private static int columns(PngHeader header, int[] pass) {
    return Math.max(0, (header.width() - pass[0] + pass[2] - 1) / pass[2]);
  }

  private static void expand(
      PngHeader header, boolean scaled, byte[] row, int columns, byte[] rgb, int start, int step) {
    int depth = header.bitDepth();
    int sampleBytes = Math.max(1, depth / 8);
    int pixelBytes = sampleBytes * header.colour().samples;
    for (int x = 0, at = start; x < columns; x++, at += step) {
      int from = 1 + x * pixelBytes;
      switch (header.colour()) {
        case RGB, RGB_ALPHA -> {
          rgb[at] = row[from];
          rgb[at + 1] = row[from + sampleBytes];
          rgb[at + 2] = row[from + 2 * sampleBytes];
        }
        case GRAY_ALPHA -> gray(row[from], rgb, at);
        case GRAY -> {
          if (depth == 16) {
            byte clipped = row[from] == 0 ? row[from + 1] : (byte) 255;
            gray(scaled ? row[from] : clipped, rgb, at);
          } else {
            gray((byte) (packed(row, x, depth) * 255 / ((1 << depth) - 1)), rgb, at);
          }
        }
        case PALETTE -> header.palette().put(packed(row, x, depth), rgb, at);
      }
    }
  }

  private static void gray(byte level, byte[] rgb, int at) {
    rgb[at] = level;
    rgb[at + 1] = level;
    rgb[at + 2] = level;
  }

  /** Sample {@code x} of a row of 1, 2, 4 or 8-bit samples, most significant bits first. */
  static int packed(byte[] row, int x, int depth) {
    int bit = (int) ((long) x * depth & 7);
    int at = 1 + (int) ((long) x * depth >> 3);
    return row[at] >> 8 - depth - bit & (1 << depth) - 1;
  }
}
