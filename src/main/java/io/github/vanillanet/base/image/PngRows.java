package io.github.vanillanet.base.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.InflaterInputStream;

/**
 * Inflates a PNG's pixel data row by row and undoes the row filters. Holds two rows in memory,
 * regardless of the size of the decompressed data. Not thread-safe. Closing it frees zlib's memory.
 */
final class PngRows extends InflaterInputStream {

  private static final int CHECKSUM_BYTES = 4;
  private static final int SMALLEST_CHUNK_BYTES = 12;

  private final ByteBuffer file; // at the data of an IDAT chunk
  private final int distance;
  private long dataLength;
  private byte[] row = new byte[0];
  private byte[] above = new byte[0];

  /**
   * @param file positioned at the first IDAT chunk
   * @param distance bytes between a pixel and its left neighbour, for the row filters
   */
  PngRows(ByteBuffer file, int distance) throws IOException {
    super(InputStream.nullInputStream()); // fill() replaces it
    this.file = file;
    this.distance = distance;
    startChunk();
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
    if (readNBytes(row, 0, row.length) < row.length) {
      if (inf.needsDictionary()) {
        throw new IOException("its pixels need a preset dictionary");
      }
      return false;
    }
    unfilter();
    return true;
  }

  /** The row that {@link #next()} read last. Its samples start at index 1. */
  byte[] row() {
    return row;
  }

  /**
   * Checks the file after the last row as Pillow does. Rejects a wrong zlib checksum directly after
   * the row. Accepts a missing checksum and surplus rows. The file may end between two chunks or in
   * a chunk's header, but not in a chunk's body.
   */
  void finish() throws IOException {
    try {
      inf.inflate(above);
    } catch (DataFormatException e) {
      throw new IOException("its compressed pixels are damaged: " + e.getMessage(), e);
    }
    FileBytes.skip(file, Math.min(dataLength, file.remaining()));
    while (file.remaining() >= SMALLEST_CHUNK_BYTES) {
      FileBytes.skip(file, CHECKSUM_BYTES); // not verified after the pixels
      long length = FileBytes.u32(file);
      String type = FileBytes.chunkType(file);
      boolean nextFrame = type.equals("fcTL"); // of an animation; the first is complete
      if (nextFrame || type.equals("IEND") || !type.matches("[A-Za-z]{4}")) {
        return;
      }
      FileBytes.skip(file, length);
    }
  }

  private void startChunk() throws IOException {
    dataLength = FileBytes.u32(file);
    if (!FileBytes.chunkType(file).equals("IDAT")) {
      throw new IOException("it is truncated: its pixels end before their last row");
    }
    int present = (int) Math.min(dataLength, file.remaining());
    inf.setInput(file.array(), file.position(), present);
  }

  @Override
  protected void fill() throws IOException {
    FileBytes.skip(file, dataLength + CHECKSUM_BYTES);
    startChunk();
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
}
