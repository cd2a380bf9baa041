package io.github.vanillanet.base.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.InflaterInputStream;

/**
 * Inflates a PNG's pixel data row by row and undoes the row filters. Holds two rows and a buffer in
 * memory, regardless of the size of the decompressed data. Never decompresses more than the rows.
 * Not thread-safe. Closing it frees zlib's memory.
 */
final class PngRows extends InflaterInputStream {

  private static final int CHECKSUM_BYTES = 4;
  private static final int SMALLEST_CHUNK_BYTES = 12;

  private static final int FCTL = 0x6663544c;
  private static final int IEND = 0x49454e44;

  /** A call of zlib costs as much as a hundred bytes, so short rows share one. */
  private static final int BUFFER_BYTES = 1 << 15;

  /** Bytes of the file that zlib gets at once. Between two calls the decode may stop. */
  private static final int PIECE_BYTES = 1 << 16;

  private final ByteBuffer file; // at the data of an IDAT chunk
  private final int distance;
  private final Runnable checkpoint;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int bufferAt;
  private int bufferEnd;
  private long remaining; // decompressed bytes of the rows that are not in the buffer yet
  private long dataLength;
  private long offered; // bytes of the chunk that zlib has got
  private long unchecked; // bytes that zlib has got since the last checkpoint
  private byte[] row = new byte[0];
  private byte[] above = new byte[0];

  /**
   * @param file positioned at the first IDAT chunk
   * @param distance bytes between a pixel and its left neighbour, for the row filters
   * @param decompressed bytes of all rows with their filter bytes
   * @param checkpoint runs before each piece of the file is decompressed
   */
  PngRows(ByteBuffer file, int distance, long decompressed, Runnable checkpoint)
      throws IOException {
    super(InputStream.nullInputStream()); // fill() replaces it
    this.file = file;
    this.distance = distance;
    this.remaining = decompressed;
    this.checkpoint = checkpoint;
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
    int filled = 0;
    while (filled < row.length) {
      if (bufferAt == bufferEnd && !fillBuffer()) {
        return false;
      }
      int count = Math.min(row.length - filled, bufferEnd - bufferAt);
      System.arraycopy(buffer, bufferAt, row, filled, count);
      bufferAt += count;
      filled += count;
    }
    unfilter();
    return true;
  }

  private boolean fillBuffer() throws IOException {
    bufferAt = 0;
    bufferEnd = Math.max(0, read(buffer, 0, (int) Math.min(buffer.length, remaining)));
    remaining -= bufferEnd;
    if (bufferEnd == 0 && inf.needsDictionary()) {
      throw new IOException("its pixels need a preset dictionary");
    }
    return bufferEnd > 0;
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
      if (inf.inflate(above) == 0 && inf.needsInput() && hasPiece()) {
        offerPiece(); // the checksum may lie there
        inf.inflate(above);
      }
    } catch (DataFormatException e) {
      throw new IOException("its compressed pixels are damaged: " + e.getMessage(), e);
    }
    FileBytes.skip(file, Math.min(dataLength, file.remaining()));
    while (file.remaining() >= SMALLEST_CHUNK_BYTES) {
      FileBytes.skip(file, CHECKSUM_BYTES); // not verified after the pixels
      long length = FileBytes.u32(file);
      int type = file.getInt();
      boolean nextFrame = type == FCTL; // of an animation; the first is complete
      if (nextFrame || type == IEND || !isName(type)) {
        return;
      }
      FileBytes.skip(file, length);
    }
  }

  /** Returns whether the type consists of four letters. */
  private static boolean isName(int type) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      int letter = type >> shift & 0xdf; // upper case
      if (letter < 'A' || letter > 'Z') {
        return false;
      }
    }
    return true;
  }

  private void startChunk() throws IOException {
    dataLength = FileBytes.u32(file);
    if (!FileBytes.chunkType(file).equals("IDAT")) {
      throw new IOException("it is truncated: its pixels end before their last row");
    }
    offered = 0;
    offerPiece();
  }

  private boolean hasPiece() {
    return offered < Math.min(dataLength, file.remaining());
  }

  private void offerPiece() {
    long present = Math.min(dataLength, file.remaining());
    int piece = (int) Math.min(PIECE_BYTES, present - offered);
    inf.setInput(file.array(), file.position() + (int) offered, piece);
    offered += piece;
    unchecked += piece;
    if (unchecked >= PIECE_BYTES) {
      unchecked = 0;
      checkpoint.run();
    }
  }

  @Override
  protected void fill() throws IOException {
    if (hasPiece()) {
      offerPiece();
    } else {
      FileBytes.skip(file, dataLength + CHECKSUM_BYTES);
      startChunk();
    }
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
