package io.github.vanillanet.base.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The size, planes, colours and work of a JPEG. Reading it visits every marker up to the end marker
 * and decodes no pixels. Immutable after construction.
 */
final class JpegHeader implements EncodedImage {

  private static final int SOF0_BASELINE = 0xc0;
  private static final int SOF2_PROGRESSIVE = 0xc2;
  private static final int SOF9_ARITHMETIC = 0xc9;
  private static final int SOF15 = 0xcf;
  private static final int RST0 = 0xd0;
  private static final int RST7 = 0xd7;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COM = 0xfe;
  private static final int TEM = 0x01;
  private static final int MARKER_BYTES = 2;
  private static final byte[] JFIF = {'J', 'F', 'I', 'F', 0};
  private static final byte[] ADOBE = {'A', 'd', 'o', 'b', 'e'};

  /** Each scan costs a pass over the picture, and a small file could declare thousands. */
  private static final int MAX_SCANS = 200;

  final byte[] encoded; // the file; only read
  int width;
  int height;
  int planes; // colour planes: 1, 3 or 4
  int end; // offset after the end marker

  /**
   * Whether any plane halves its rows. Some versions of libjpeg-turbo smooth such planes and others
   * repeat their rows, so the library is not exact for them.
   */
  boolean hasHalvedRows;

  boolean progressive;
  int scans;
  long blocks; // of 8x8 samples, counted once for each scan that visits them
  long refinedCoefficients; // visited by scans that refine earlier ones, even if unchanged
  long entropyBytes;
  final long maxNanos; // limit of the work
  private final long nanos;

  private final JpegDecoder decoder;
  private int[] neededRanges = {0, MARKER_BYTES, 0, 0}; // offsets: from, to, from, to, ...
  private int neededCount = 2;
  private long[] planeBlocks = {}; // blocks of each plane, as a scan of that plane visits them
  private long[] unitBlocks = {}; // likewise, as a scan of several planes visits them
  private byte[] planeNames = {};
  private boolean[] rowsHalved = {};
  private boolean jfif;
  private int adobeTransform = JpegColour.NO_ADOBE_SEGMENT;

  /**
   * @throws IOException if the file is damaged or of an unsupported kind
   */
  JpegHeader(byte[] encoded, long maxPixels, long maxNanos, JpegDecoder decoder)
      throws IOException {
    this.encoded = encoded;
    this.maxNanos = maxNanos;
    this.decoder = decoder;
    readMarkers(ByteBuffer.wrap(encoded).position(MARKER_BYTES), maxPixels);
    this.nanos = decoder.nanos(this);
  }

  private void readMarkers(ByteBuffer file, long maxPixels) throws IOException {
    int marker = 0;
    while (marker != EOI) {
      marker = 0;
      while (marker == 0) { // skips bytes that belong to no segment, as libjpeg does
        while (file.get() != (byte) 0xff) {}
        do {
          marker = file.get() & 0xff;
        } while (marker == 0xff);
      }
      int start = file.position() - MARKER_BYTES;
      boolean hasLength = marker != TEM && (marker < RST0 || marker > EOI);
      int length = hasLength ? file.getShort() & 0xffff : 0;
      if (length == 1) {
        throw new IOException("segment %02x has length 1".formatted(marker));
      }
      int body = file.position();
      int bodyBytes = Math.max(0, length - 2);
      if (bodyBytes > file.remaining()) {
        throw new BufferUnderflowException();
      }
      file.position(body + bodyBytes);
      boolean startsFrame = // C4, C8 and CC start other segments
          marker == SOF0_BASELINE || marker > SOF0_BASELINE && marker <= SOF15 && marker % 4 != 0;
      if (marker == SOS) {
        if (planes == 0) {
          throw new IOException("its pixels come before its frame header");
        }
        if (++scans > MAX_SCANS) {
          throw new IOException("it has more than %d scans".formatted(MAX_SCANS));
        }
        readScan(file, body);
        entropyBytes += file.position() - body;
      } else if (startsFrame && planes == 0) {
        readFrame(marker, file.duplicate().position(body), maxPixels);
      } else if (marker == APP0) {
        jfif |=
            length >= 16 && Arrays.equals(encoded, body, body + JFIF.length, JFIF, 0, JFIF.length);
      } else if (marker == APP14
          && length >= 14
          && Arrays.equals(encoded, body, body + ADOBE.length, ADOBE, 0, ADOBE.length)) {
        adobeTransform = encoded[body + 11] & 0xff;
      }
      if ((marker < APP0 || marker > APP15) && marker != COM) {
        if (neededRanges[neededCount - 1] != start) { // a new range
          if (neededCount == neededRanges.length) {
            neededRanges = Arrays.copyOf(neededRanges, 2 * neededCount);
          }
          neededRanges[neededCount] = start;
          neededCount += 2;
        }
        neededRanges[neededCount - 1] = file.position();
      }
    }
    end = file.position();
    if (scans == 0) {
      throw new IOException("it has no pixels before its end marker");
    }
  }

  private void readFrame(int marker, ByteBuffer segment, long maxPixels) throws IOException {
    int precision = segment.get() & 0xff;
    height = segment.getShort() & 0xffff;
    width = segment.getShort() & 0xffff;
    int declared = segment.get() & 0xff;
    RgbImage.requireSize(width, height, maxPixels);
    if (marker >= SOF9_ARITHMETIC) {
      throw new IOException("arithmetic coding is not supported, expected Huffman coding");
    }
    if (marker > SOF2_PROGRESSIVE) {
      throw new IOException("lossless and hierarchical coding are not supported");
    }
    if (precision != 8) {
      throw new IOException("it has %d-bit samples, expected 8-bit".formatted(precision));
    }
    if (declared != 1 && declared != 3 && declared != 4) {
      throw new IOException("it has %d colour planes, expected 1, 3 or 4".formatted(declared));
    }
    planes = declared;
    planeNames = new byte[planes];
    rowsHalved = new boolean[planes];
    progressive = marker == SOF2_PROGRESSIVE;
    int[] columns = new int[planes]; // sampling factors
    int[] rows = new int[planes];
    for (int plane = 0; plane < planes; plane++) {
      planeNames[plane] = segment.get();
      int sampling = segment.get();
      columns[plane] = sampling >> 4 & 15;
      rows[plane] = sampling & 15;
      segment.get(); // quantisation table
    }
    int mostColumns = Arrays.stream(columns).max().orElseThrow();
    int mostRows = Arrays.stream(rows).max().orElseThrow();
    int unitWidth = 8 * Math.max(1, mostColumns);
    int unitHeight = 8 * Math.max(1, mostRows);
    long units =
        (long) ((width + unitWidth - 1) / unitWidth) * ((height + unitHeight - 1) / unitHeight);
    planeBlocks = new long[planes];
    unitBlocks = new long[planes];
    for (int plane = 0; plane < planes; plane++) {
      long across = (width * columns[plane] + unitWidth - 1) / unitWidth;
      long down = (height * rows[plane] + unitHeight - 1) / unitHeight;
      planeBlocks[plane] = across * down;
      unitBlocks[plane] = units * columns[plane] * rows[plane];
      rowsHalved[plane] = columns[plane] == mostColumns && 2 * rows[plane] == mostRows;
      hasHalvedRows |= rowsHalved[plane];
    }
  }

  /**
   * Counts the blocks that a scan visits. A scan of one plane visits the plane's blocks; a scan of
   * several visits whole units of blocks, which may extend past the picture. Then moves to the next
   * marker that is not part of the entropy-coded data.
   */
  private void readScan(ByteBuffer file, int body) {
    ByteBuffer segment = file.duplicate().position(body);
    int count = segment.get() & 0xff;
    long visited = 0;
    for (int i = 0; i < count; i++) {
      byte name = segment.get();
      segment.get(); // Huffman tables
      long[] blocksOf = count == 1 ? planeBlocks : unitBlocks;
      long most = 0;
      long named = 0;
      for (int plane = 0; plane < planes; plane++) {
        most = Math.max(most, blocksOf[plane]);
        if (planeNames[plane] == name) {
          named = Math.max(named, blocksOf[plane]);
        }
      }
      visited += named > 0 ? named : most; // the decoder reports an unknown name
    }
    int firstCoefficient = segment.get() & 63;
    int lastCoefficient = segment.get() & 63;
    blocks += visited;
    if (progressive && (segment.get() & 0xff) > 15) { // it refines the bits of an earlier scan
      refinedCoefficients += visited * Math.max(1, lastCoefficient - firstCoefficient + 1);
    }
    int at = file.position();
    while (at + 1 < file.limit()) {
      if (at + Long.BYTES <= file.limit()) {
        long inverted = ~file.getLong(at); // FF is now 0: the usual search for a zero byte
        if ((inverted - 0x0101010101010101L & ~inverted & 0x8080808080808080L) == 0) {
          at += Long.BYTES;
          continue;
        }
      }
      if (file.get(at) == (byte) 0xff) {
        int code = file.get(at + 1) & 0xff;
        boolean restart = code >= RST0 && code <= RST7;
        if (code != 0 && code != 0xff && !restart) {
          break;
        }
      }
      at++;
    }
    file.position(at);
  }

  @Override
  public byte[] encoded() {
    return encoded;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public String work() {
    return "%d scans of %dx%d pixels, which visit %d blocks,"
        .formatted(scans, width, height, blocks);
  }

  @Override
  public RgbImage decode(int neededWidth, int neededHeight, Runnable checkpoint)
      throws IOException {
    return decoder.decode(this, neededWidth, neededHeight, checkpoint);
  }

  JpegColour colour() {
    return JpegColour.of(planes, planeNames, jfif, adobeTransform);
  }

  /** Returns whether a plane has all columns but half the rows, like the chroma of 4:4:0. */
  boolean halvesRows(int plane) {
    return rowsHalved[plane];
  }

  /**
   * The file without APPn and COM segments and without bytes between segments. ImageIO would apply
   * a colour profile in APP2, which Pillow ignores.
   */
  byte[] withoutMetadata() {
    ByteArrayOutputStream bare = new ByteArrayOutputStream(end);
    for (int i = 0; i < neededCount; i += 2) {
      bare.write(encoded, neededRanges[i], neededRanges[i + 1] - neededRanges[i]);
    }
    return bare.toByteArray();
  }
}
