package io.github.vanillanet.base.image;

import java.io.IOException;

/**
 * An encoded picture whose headers have been read and whose pixels have not. Created by {@link
 * ImageDecoder#open}, which rejects pictures that take too much work. Thread-safe.
 */
public interface EncodedImage {

  /** The file; only read. */
  byte[] encoded();

  /** An upper estimate of the processor time of the decode in nanoseconds. */
  long nanos();

  /** The orientation of the stored picture, Exif's 1 to 8; 1 if the rules ignore it. */
  int orientation();

  /** The counted work, for messages: scans and blocks of a JPEG, rows and bytes of a PNG. */
  String work();

  /**
   * Decodes the picture.
   *
   * @param neededWidth columns that the picture will be resized to; a JPEG decoder may reduce a
   *     larger picture. {@link Integer#MAX_VALUE} decodes the whole picture
   * @param neededHeight rows, likewise
   * @param checkpoint runs now and then; its exception stops the decode
   * @throws IOException if the file is damaged or of an unsupported kind
   */
  RgbImage decode(int neededWidth, int neededHeight, Runnable checkpoint) throws IOException;
}
