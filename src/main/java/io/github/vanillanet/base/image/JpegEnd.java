package io.github.vanillanet.base.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadUpdateListener;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Measures where the data of a truncated JPEG end. The JDK's decoder reads the file in small pieces
 * and reports each row. After the end of the file it invents the rest, so only the rows before it
 * count. A scan of a progressive file starts again at the first row. Used by one thread.
 */
final class JpegEnd implements IIOReadUpdateListener {

  /** A picture may lack this part of its rows. */
  private static final double MOST_MISSING = 0.05;

  private static final int PIECE_BYTES = 64;

  private final int height;
  private long consumed;
  private long scanStart; // bytes consumed before the scan's first row
  private long rowEnd; // bytes consumed when the last row was reported
  private int rows;
  private double present = -1; // rows at the end of the file; negative before it

  /**
   * Returns whether the scans up to the end of the file, where the last one is cut, hold every
   * coefficient of every plane. Otherwise a further scan is missing.
   */
  static boolean isInLastScan(JpegHeader header) {
    long[] held = new long[header.planes];
    for (int scan = 0; scan < header.scans; scan++) {
      int body = header.scanBodies[scan];
      int count = body < header.encoded.length ? header.encoded[body] & 0xff : 256;
      int parameters = body + 1 + 2 * count;
      if (parameters + 2 >= header.encoded.length) {
        return false;
      }
      int first = header.encoded[parameters] & 63;
      int last = header.encoded[parameters + 1] & 63;
      boolean isFinal = (header.encoded[parameters + 2] & 15) == 0; // no refinement follows
      long coefficients = first <= last ? -1L >>> 63 - last & -1L << first : 0;
      for (int i = 0; i < count; i++) {
        for (int plane = 0; plane < header.planes; plane++) {
          if (header.planeNames[plane] == header.encoded[body + 1 + 2 * i]) {
            held[plane] |= !header.progressive ? -1 : isFinal ? coefficients : 0;
          }
        }
      }
    }
    return header.planes > 0 && Arrays.stream(held).allMatch(all -> all == -1);
  }

  JpegEnd(int height) {
    this.height = height;
  }

  /** The file in small pieces. */
  ImageInputStream counting(InputStream file) {
    return new ImageInputStreamImpl() {
      private final byte[] content = readAll(file);

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int start, int length) {
        bitOffset = 0;
        int count = (int) Math.min(Math.min(PIECE_BYTES, length), content.length - streamPos);
        if (count <= 0) {
          ended();
          return -1;
        }
        System.arraycopy(content, (int) streamPos, into, start, count);
        streamPos += count;
        consumed = Math.max(consumed, streamPos);
        return count;
      }
    };
  }

  private static byte[] readAll(InputStream file) {
    try {
      return file.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the file is in memory", e);
    }
  }

  private void ended() {
    if (present < 0) {
      // the bytes after the last reported row are rows, too, of the scan's average length
      double perRow = rows == 0 ? Double.MAX_VALUE : (double) (rowEnd - scanStart) / rows;
      present = Math.min(height, rows + (perRow == 0 ? 0 : (consumed - rowEnd) / perRow));
    }
  }

  /**
   * @throws IOException if more than a twentieth of the rows is missing
   */
  void requireMostRows() throws IOException {
    double missing = present < 0 ? 0 : 1 - present / height;
    if (missing > MOST_MISSING) {
      throw new IOException(
          "it is truncated: about %.0f %% of its rows are missing, expected at most %.0f %%"
              .formatted(100 * missing, 100 * MOST_MISSING));
    }
  }

  @Override
  public void imageUpdate(
      ImageReader source,
      BufferedImage image,
      int minX,
      int minY,
      int width,
      int height,
      int periodX,
      int periodY,
      int[] bands) {
    if (minY < rows) { // a new scan
      scanStart = rowEnd;
    }
    rows = minY + 1;
    rowEnd = consumed;
  }

  @Override
  public void passStarted(
      ImageReader source,
      BufferedImage image,
      int pass,
      int minPass,
      int maxPass,
      int minX,
      int minY,
      int periodX,
      int periodY,
      int[] bands) {}

  @Override
  public void passComplete(ImageReader source, BufferedImage image) {}

  @Override
  public void thumbnailPassStarted(
      ImageReader source,
      BufferedImage thumbnail,
      int pass,
      int minPass,
      int maxPass,
      int minX,
      int minY,
      int periodX,
      int periodY,
      int[] bands) {}

  @Override
  public void thumbnailUpdate(
      ImageReader source,
      BufferedImage thumbnail,
      int minX,
      int minY,
      int width,
      int height,
      int periodX,
      int periodY,
      int[] bands) {}

  @Override
  public void thumbnailPassComplete(ImageReader source, BufferedImage thumbnail) {}
}
