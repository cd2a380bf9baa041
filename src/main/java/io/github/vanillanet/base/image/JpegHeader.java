package io.github.vanillanet.base.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The size, planes and colours of a JPEG. Reading it visits every marker up to the end marker and
 * decodes no pixels. Immutable after construction.
 */
final class JpegHeader {

  /** The conversion of the planes to RGB. */
  enum Colour {
    GRAY,
    RGB,
    YCC,
    CMYK,
    YCCK
  }

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
  private static final byte[] PLANES_NAMED_RGB = {'R', 'G', 'B'};
  private static final int NO_ADOBE_SEGMENT = -1;

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

  private final List<int[]> neededSegments = new ArrayList<>(); // offsets: from, to
  private byte[] planeNames = {};
  private boolean[] rowsHalved = {};
  private boolean jfif;
  private int adobeTransform = NO_ADOBE_SEGMENT;

  /**
   * @throws IOException if the file is damaged or of an unsupported kind
   */
  JpegHeader(byte[] encoded, long maxPixels) throws IOException {
    this.encoded = encoded;
    readMarkers(ByteBuffer.wrap(encoded).position(MARKER_BYTES), maxPixels);
  }

  private void readMarkers(ByteBuffer file, long maxPixels) throws IOException {
    int scans = 0;
    while (true) {
      int marker = 0;
      while (marker == 0) { // skips bytes that belong to no segment, as libjpeg does
        while (file.get() != (byte) 0xff) {}
        do {
          marker = file.get() & 0xff;
        } while (marker == 0xff);
      }
      int start = file.position() - MARKER_BYTES;
      if (marker == EOI) {
        end = file.position();
        neededSegments.add(new int[] {start, end});
        break;
      }
      boolean hasLength = marker != TEM && (marker < RST0 || marker > SOI);
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
        skipEntropyCodedData(file);
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
        neededSegments.add(new int[] {start, file.position()});
      }
    }
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
    for (int plane = 0; plane < planes; plane++) {
      rowsHalved[plane] = columns[plane] == mostColumns && 2 * rows[plane] == mostRows;
      hasHalvedRows |= rowsHalved[plane];
    }
  }

  /** Moves to the next marker that is not part of the entropy-coded data. */
  private static void skipEntropyCodedData(ByteBuffer file) {
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

  /** Decides as libjpeg does: by JFIF, then by Adobe's segment, then by the planes' names. */
  Colour colour() {
    boolean named =
        adobeTransform == NO_ADOBE_SEGMENT && Arrays.equals(planeNames, PLANES_NAMED_RGB);
    return switch (planes) {
      case 1 -> Colour.GRAY;
      case 3 -> !jfif && (adobeTransform == 0 || named) ? Colour.RGB : Colour.YCC;
      default -> adobeTransform <= 0 ? Colour.CMYK : Colour.YCCK;
    };
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
    bare.write(encoded, 0, MARKER_BYTES);
    neededSegments.forEach(range -> bare.write(encoded, range[0], range[1] - range[0]));
    return bare.toByteArray();
  }
}
