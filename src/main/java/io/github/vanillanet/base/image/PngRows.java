package io.github.vanillanet.base.image;

import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates a PNG's pixel data row by row and undoes the row filters. Holds two rows, however far
 * the compressed data would expand. Not thread-safe. Closing it frees zlib's memory.
 */
final class PngRows implements AutoCloseable {

  private final byte[] encoded;
  private final PngChunks chunks;
  private final Inflater inflater = new Inflater();
  private final int distance;
  private byte[] row = new byte[0];
  private byte[] above = new byte[0];

  PngRows(byte[] encoded, PngChunks chunks) {
    this.encoded = encoded;
    this.chunks = chunks;
    this.distance = chunks.header().filterDistance();
    inflater.setInput(encoded, chunks.dataStart(), chunks.dataLength());
  }

  /** Starts a pass with rows of {@code length} bytes. The row above its first row is zero. */
  void startPass(int length) {
    row = new byte[length + 1];
    above = new byte[length + 1];
  }

  /**
   * Reads and unfilters the next row.
   *
   * @return false if the compressed data have ended properly; Pillow leaves the rest black
   */
  boolean next() throws IOException {
    byte[] spare = above;
    above = row;
    row = spare;
    int filled = 0;
    while (filled < row.length) {
      int count = inflate(row, filled, row.length - filled);
      if (count == 0) {
        return false;
      }
      filled += count;
    }
    unfilter();
    return true;
  }

  /** The row that {@link #next()} read last. Its samples start at index 1. */
  byte[] row() {
    return row;
  }

  /**
   * Inflates one more step after the last row, as Pillow does. A wrong checksum directly after the
   * row is an error; a missing checksum and surplus rows are not.
   */
  void finish() throws IOException {
    try {
      inflater.inflate(above);
    } catch (DataFormatException e) {
      throw damaged(e);
    }
  }

  private int inflate(byte[] out, int from, int length) throws IOException {
    try {
      while (true) {
        int count = inflater.inflate(out, from, length);
        if (count > 0 || inflater.finished()) {
          return count;
        }
        if (inflater.needsDictionary()) {
          throw new IOException("its pixels need a preset dictionary");
        }
        chunks.nextData();
        inflater.setInput(encoded, chunks.dataStart(), chunks.dataLength());
      }
    } catch (DataFormatException e) {
      throw damaged(e);
    }
  }

  private static IOException damaged(DataFormatException e) {
    return new IOException("its compressed pixels are damaged: " + e.getMessage(), e);
  }

  private void unfilter() throws IOException {
    switch (row[0]) {
      case 0 -> {}
      case 1 -> {
        for (int i = 1 + distance; i < row.length; i++) {
          row[i] += row[i - distance];
        }
      }
      case 2 -> {
        for (int i = 1; i < row.length; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> {
        for (int i = 1; i < row.length; i++) {
          int left = i > distance ? row[i - distance] & 0xff : 0;
          row[i] += (byte) (left + (above[i] & 0xff) >> 1);
        }
      }
      case 4 -> unfilterPaeth();
      default -> throw new IOException("row filter %d is unknown".formatted(row[0] & 0xff));
    }
  }

  private void unfilterPaeth() {
    int first = Math.min(1 + distance, row.length);
    for (int i = 1; i < first; i++) {
      row[i] += above[i];
    }
    for (int i = first; i < row.length; i++) {
      int left = row[i - distance] & 0xff;
      int up = above[i] & 0xff;
      int corner = above[i - distance] & 0xff;
      int toLeft = Math.abs(up - corner);
      int toUp = Math.abs(left - corner);
      int toCorner = Math.abs(left + up - 2 * corner);
      int nearest = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
      row[i] += (byte) nearest;
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
