package io.github.vanillanet.base.image;

/** The second bytes of a JPEG's markers, and the starts of the segments that are read. */
final class JpegMarkers {

  static final int SOF0 = 0xc0; // baseline
  static final int SOF2 = 0xc2; // progressive
  static final int SOF9 = 0xc9; // arithmetic coding
  static final int SOF15 = 0xcf;
  static final int RST0 = 0xd0;
  static final int RST7 = 0xd7;
  static final int SOI = 0xd8;
  static final int EOI = 0xd9;
  static final int SOS = 0xda;
  static final int APP0 = 0xe0;
  static final int APP14 = 0xee;
  static final int APP15 = 0xef;
  static final int COM = 0xfe;
  static final int TEM = 0x01;
  static final int MARKER_BYTES = 2;
  static final int APP1 = 0xe1;

  static final int EXIF = 0x45786966;
  static final int JFIF = 0x4a464946;
  static final int ADOB = 0x41646f62;

  private JpegMarkers() {}
}
