package io.github.vanillanet.base.image;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The size, planes, colours and work of a JPEG. Reading it visits every marker up to the end marker
 * and decodes no pixels. Immutable after construction.
 */
final class JpegHeader implements EncodedImage {

  private static final int MAX_SCANS = 200; // each costs a pass over the picture

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
  private final long maxPixels;
  private final long maxReducedPixels;
  private final PictureRules rules;
  private int orientation; // 0 while it is unknown
  boolean truncated; // whether the end marker is missing, which the rules allow
  int divisor = 1; // the least that makes the picture small enough
  int[] neededRanges = {0, JpegMarkers.MARKER_BYTES, 0, 0}; // offsets: from, to, from, to, ...
  int neededCount = 2;
  private long[] planeBlocks = {}; // blocks of each plane, as a scan of that plane visits them
  private long[] unitBlocks = {}; // likewise, as a scan of several planes visits them
  final int[] scanBodies = new int[MAX_SCANS]; // offsets of the scans' parameters
  byte[] planeNames = {};
  boolean[] rowsHalved = {}; // planes with all columns but half the rows, like the chroma of 4:4:0
  private boolean jfif;
  private int adobeTransform = JpegColour.NO_ADOBE_SEGMENT;

  /**
   * @throws IOException if the file is damaged or of an unsupported kind
   */
  JpegHeader(
      byte[] encoded,
      long maxPixels,
      long maxReducedPixels,
      long maxNanos,
      JpegDecoder decoder,
      PictureRules rules)
      throws IOException {
    this.encoded = encoded;
    this.maxPixels = maxPixels;
    this.maxReducedPixels = maxReducedPixels;
    this.maxNanos = maxNanos;
    this.decoder = decoder;
    this.rules = rules;
    try {
      readMarkers(ByteBuffer.wrap(encoded).position(JpegMarkers.MARKER_BYTES));
    } catch (BufferUnderflowException e) {
      if (!rules.truncated() || divisor > 1 || !JpegEnd.isInLastScan(this)) {
        throw e;
      }
      end = encoded.length;
      neededRanges[neededCount - 1] = end;
      truncated = true;
    }
    this.nanos = decoder.nanos(this);
    if (nanos > maxNanos) {
      throw DecodeWork.tooMuch(this, maxNanos);
    }
  }

  private void readMarkers(ByteBuffer file) throws IOException {
    int marker = 0;
    while (marker != JpegMarkers.EOI) {
      marker = 0;
      while (marker == 0) { // skips bytes that belong to no segment, as libjpeg does
        while (file.get() != (byte) 0xff) {}
        do {
          marker = file.get() & 0xff;
        } while (marker == 0xff);
      }
      int start = file.position() - JpegMarkers.MARKER_BYTES;
      boolean isBare = // without a length
          marker == JpegMarkers.TEM || marker >= JpegMarkers.RST0 && marker <= JpegMarkers.EOI;
      int length = isBare ? 0 : file.getShort() & 0xffff;
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
          marker == JpegMarkers.SOF0
              || marker > JpegMarkers.SOF0 && marker <= JpegMarkers.SOF15 && marker % 4 != 0;
      if (marker == JpegMarkers.SOS) {
        if (planes == 0) {
          throw new IOException("its pixels come before its frame header");
        }
        if (++scans > MAX_SCANS) {
          throw new IOException("it has more than %d scans".formatted(MAX_SCANS));
        }
        scanBodies[scans - 1] = body;
        readScan(file, body);
        entropyBytes += file.position() - body;
      } else if (startsFrame && planes == 0) {
        readFrame(marker, file.duplicate().position(body));
      } else if (marker == JpegMarkers.APP0 && length >= 16) {
        jfif |= file.getInt(body) == JpegMarkers.JFIF && file.get(body + 4) == 0;
      } else if (marker == JpegMarkers.APP14 && length >= 14) {
        if (file.getInt(body) == JpegMarkers.ADOB && file.get(body + 4) == 'e') {
          adobeTransform = encoded[body + 11] & 0xff;
        }
      } else if (marker == JpegMarkers.APP1 && length >= 16 && orientation == 0) {
        if (file.getInt(body) == JpegMarkers.EXIF && file.get(body + 4) == 0) {
          orientation =
              rules.upright() ? Orientation.ofExif(encoded, body, bodyBytes) : Orientation.UPRIGHT;
        }
      }
      if ((marker < JpegMarkers.APP0 || marker > JpegMarkers.APP15) && marker != JpegMarkers.COM) {
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

  private void readFrame(int marker, ByteBuffer segment) throws IOException {
    int precision = segment.get() & 0xff;
    height = segment.getShort() & 0xffff;
    width = segment.getShort() & 0xffff;
    int declared = segment.get() & 0xff;
    long pixels = (long) width * height;
    if (pixels == 0 || pixels > maxPixels) {
      boolean reducible = decoder.canReduce() && !rules.isOfficial();
      RgbImage.requireSize(
          width, height, reducible ? Math.max(maxPixels, maxReducedPixels) : maxPixels);
      while (pixels > maxPixels * divisor * divisor) {
        divisor *= 2;
      }
    }
    if (marker >= JpegMarkers.SOF9) {
      throw new IOException("arithmetic coding is not supported, expected Huffman coding");
    }
    if (marker > JpegMarkers.SOF2) {
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
    progressive = marker == JpegMarkers.SOF2;
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
        boolean restart = code >= JpegMarkers.RST0 && code <= JpegMarkers.RST7;
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
  public int orientation() {
    return orientation == 0 ? Orientation.UPRIGHT : orientation;
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
}
