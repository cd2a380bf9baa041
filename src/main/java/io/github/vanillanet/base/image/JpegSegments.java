package io.github.vanillanet.base.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A JPEG split at its markers, from the first to the end marker, without decoding. Tells what
 * decides the colour conversion, and yields the file without its application and comment segments:
 * ImageIO would convert colours by a profile in APP2, which Pillow ignores.
 *
 * @param adobeTransform the colour transform of an Adobe segment (APP14)
 * @param encoded the file; only read
 * @param end one past the end marker
 * @param needed the segments, markers included, that are neither APPn nor COM
 */
record JpegSegments(
    JpegFrame frame,
    boolean jfif,
    Optional<Integer> adobeTransform,
    byte[] encoded,
    int end,
    List<Range> needed) {

  /** Bytes of the file, {@code from} inclusive, {@code to} exclusive. */
  record Range(int from, int to) {}

  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int MARKER_BYTES = 2;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COM = 0xfe;

  /** Each scan costs a pass over the picture; a small file could ask for thousands. */
  private static final int MOST_SCANS = 200;

  static JpegSegments read(byte[] encoded, PixelLimit limit) throws IOException {
    ByteReader reader = new ByteReader(encoded, 2);
    List<Range> needed = new ArrayList<>();
    Optional<JpegFrame> frame = Optional.empty();
    boolean jfif = false;
    Optional<Integer> adobe = Optional.empty();
    int scans = 0;
    int marker = nextMarker(reader);
    while (marker != EOI) {
      int start = reader.position();
      int length = hasNoLength(marker) ? 0 : reader.u16BigEndian();
      if (length == 1) {
        throw new IOException("segment %02x has length 1".formatted(marker));
      }
      int body = reader.position();
      reader.skip(Math.max(0, length - 2));
      if (JpegFrame.isBegunBy(marker) && frame.isEmpty()) {
        frame = Optional.of(JpegFrame.read(marker, new ByteReader(encoded, body), limit));
      } else if (marker == APP0) {
        jfif |= length >= 16 && startsWith(encoded, body, "JFIF\0");
      } else if (marker == APP14 && length >= 14 && startsWith(encoded, body, "Adobe")) {
        adobe = Optional.of(encoded[body + 11] & 0xff);
      } else if (marker == SOS) {
        if (frame.isEmpty()) {
          throw new IOException("its pixels come before its frame header");
        }
        if (++scans > MOST_SCANS) {
          throw new IOException("it has more than %d scans".formatted(MOST_SCANS));
        }
        skipEntropyCoded(encoded, reader);
      }
      if (!(marker >= APP0 && marker <= APP15) && marker != COM) {
        needed.add(new Range(start - MARKER_BYTES, reader.position()));
      }
      marker = nextMarker(reader);
    }
    if (scans == 0) {
      throw new IOException("it has no pixels before its end marker");
    }
    int end = reader.position();
    needed.add(new Range(end - MARKER_BYTES, end));
    return new JpegSegments(frame.orElseThrow(), jfif, adobe, encoded, end, needed);
  }

  /** The file without APPn and COM segments, and without what lies between segments. */
  byte[] bare() {
    ByteArrayOutputStream bare = new ByteArrayOutputStream(end);
    bare.write(encoded, 0, MARKER_BYTES);
    needed.forEach(range -> bare.write(encoded, range.from(), range.to() - range.from()));
    return bare.toByteArray();
  }

  /** Finds the next marker; bytes before it that belong to nothing are skipped, as libjpeg does. */
  private static int nextMarker(ByteReader reader) throws IOException {
    while (true) {
      while (reader.u8() != 0xff) {}
      int code = reader.u8();
      while (code == 0xff) {
        code = reader.u8();
      }
      if (code != 0) {
        return code;
      }
    }
  }

  private static void skipEntropyCoded(byte[] encoded, ByteReader reader) throws IOException {
    int at = reader.position();
    while (at + 1 < encoded.length) {
      if (at + Long.BYTES <= encoded.length && holdsNoFf((long) EIGHT_BYTES.get(encoded, at))) {
        at += Long.BYTES;
        continue;
      }
      if (encoded[at] == (byte) 0xff) {
        int code = encoded[at + 1] & 0xff;
        boolean restart = code >= 0xd0 && code <= 0xd7;
        if (code != 0 && code != 0xff && !restart) {
          break;
        }
      }
      at++;
    }
    reader.skip(at - reader.position());
  }

  /** Whether none of eight bytes is FF: most of a file is passed over so. */
  private static boolean holdsNoFf(long bytes) {
    long inverted = ~bytes; // FF is 0 now; the usual search for a zero byte
    return (inverted - 0x0101010101010101L & ~inverted & 0x8080808080808080L) == 0;
  }

  private static boolean hasNoLength(int marker) {
    return marker == 1 || marker >= 0xd0 && marker <= SOI;
  }

  private static boolean startsWith(byte[] encoded, int at, String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      if (encoded[at + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
