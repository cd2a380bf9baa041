package io.github.vanillanet.base.image;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** Opens the strips and tiles of a TIFF with JPEG compression. */
final class TiffJpeg {

  private TiffJpeg() {}

  /** A segment as a JPEG file of its own, with the tables that all segments share. */
  static JpegHeader open(
      byte[] encoded, TiffHeader header, int segment, long maxNanos, JpegDecoder decoder)
      throws IOException {
    int start = (int) header.offsets()[segment];
    int length = (int) header.lengths()[segment];
    if (length < 4) {
      throw new EOFException("it is truncated: strip or tile %d is empty".formatted(segment));
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {-1, (byte) JpegMarkers.SOI});
    if (header.photometric() == TiffHeader.RGB) { // Adobe's segment says that it is not YCbCr
      file.write(new byte[] {-1, (byte) JpegMarkers.APP14, 0, 14});
      file.write(new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0});
    }
    byte[] tables = header.jpegTables();
    if (tables.length > 4) { // without their start and end markers
      file.write(tables, 2, tables.length - 4);
    }
    file.write(encoded, start + 2, length - 2);
    long pixels = (long) header.segmentWidth() * header.segmentHeight();
    JpegHeader jpeg =
        new JpegHeader(
            file.toByteArray(), pixels, pixels, maxNanos, decoder, PictureRules.OFFICIAL);
    int rows = header.rows(segment / header.segmentsAcross() % header.segmentsDown());
    if (jpeg.width != header.segmentWidth()
        || jpeg.height < rows
        || jpeg.planes != header.interleaved()) {
      throw new IOException(
          "strip or tile %d is a JPEG of %dx%d pixels and %d planes, expected %dx%d and %d"
              .formatted(
                  segment,
                  jpeg.width,
                  jpeg.height,
                  jpeg.planes,
                  header.segmentWidth(),
                  rows,
                  header.interleaved()));
    }
    return jpeg;
  }
}
