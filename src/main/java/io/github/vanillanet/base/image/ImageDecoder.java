package io.github.vanillanet.base.image;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Turns an encoded JPEG, PNG, GIF, BMP or WebP file into RGB, bit-equal to Pillow 9.4's {@code
 * Image.open(file).convert("RGB")}: the first frame, alpha dropped and not composited, 16-bit gray
 * clipped to 255, no colour management, no EXIF rotation. A file that Pillow calls truncated is
 * refused. Thread-safe; memory is bounded by the pixel limit, whatever the file holds.
 */
public final class ImageDecoder {

  private static final int SHOWN_BYTES = 8;

  private final PixelLimit limit;
  private final JpegLibrary jpegLibrary;
  private final boolean reducing;
  private final JpegCodec jpeg;
  private final Map<ImageFormat, Codec> codecs = new EnumMap<>(ImageFormat.class);

  /** JPEG by the JDK alone. */
  public ImageDecoder(long maxPixels) {
    this(maxPixels, JpegLibrary.imageIo(), false);
  }

  /**
   * @param maxPixels most pixels of a picture, width times height as its header declares them
   * @param jpegLibrary decodes JPEGs; which one it is makes no difference to the pixels
   * @param reducing whether {@link #decodeFor} may reduce large JPEGs while it decodes them; has no
   *     effect if the library cannot
   */
  public ImageDecoder(long maxPixels, JpegLibrary jpegLibrary, boolean reducing) {
    this.limit = new PixelLimit(maxPixels);
    this.jpegLibrary = jpegLibrary;
    this.reducing = reducing && jpegLibrary.canReduce();
    this.jpeg = new JpegCodec(jpegLibrary.turbo());
    codecs.put(ImageFormat.PNG, new PngCodec());
    codecs.put(ImageFormat.GIF, new GifCodec());
    codecs.put(ImageFormat.BMP, new BmpCodec());
    codecs.put(ImageFormat.WEBP, new WebpCodec());
  }

  /**
   * Decodes one file.
   *
   * @param encoded the whole file; only read
   * @throws ServiceException {@code UNSUPPORTED_IMAGE} if the bytes are of no known image format
   * @throws ServiceException {@code TOO_LARGE} if the header declares more pixels than allowed
   * @throws ServiceException {@code UNDECODABLE_IMAGE} if the file is damaged, cut short, or of a
   *     rare kind of its format that is not decoded (12-bit or arithmetic JPEG, for instance)
   */
  public RgbImage decode(byte[] encoded) {
    return decode(encoded, file -> jpeg.decode(file, limit));
  }

  /**
   * Like {@link #decode(byte[])}, but if this decoder reduces, a JPEG that is much larger than
   * needed comes out at 1/2, 1/4 or 1/8 of its size. That is not exact.
   *
   * @param preprocessing what will be done with the picture
   */
  public RgbImage decodeFor(Preprocessing preprocessing, byte[] encoded) {
    if (!reducing) {
      return decode(encoded);
    }
    DctScaling scaling = new DctScaling(preprocessing.resizeHeight(), preprocessing.resizeWidth());
    return decode(encoded, file -> jpeg.decode(file, limit, scaling));
  }

  /** Whether {@link #decodeFor} reduces large JPEGs while it decodes them. */
  public boolean reduces() {
    return reducing;
  }

  /** What decodes JPEGs, and that large ones are reduced, if they are. */
  public String jpegDecoder() {
    return reducing ? jpegLibrary + ", large photos DCT-scaled" : jpegLibrary.toString();
  }

  private RgbImage decode(byte[] encoded, JpegDecoding jpegDecoding) {
    ImageFormat format =
        ImageFormat.of(encoded)
            .orElseThrow(() -> new ServiceException(ErrorCode.UNSUPPORTED_IMAGE, unknown(encoded)));
    try {
      return format == ImageFormat.JPEG
          ? jpegDecoding.decode(encoded)
          : codecs.get(format).decode(encoded, limit);
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.UNDECODABLE_IMAGE,
          "%s image of %d bytes cannot be decoded: %s"
              .formatted(format.label(), encoded.length, e.getMessage()),
          e);
    }
  }

  /**
   * Whether a file that begins so is of a format this decoder knows; it may still be damaged.
   *
   * @param start the first 12 bytes of the file or more; the whole file if it is shorter
   */
  public static boolean recognises(byte[] start) {
    return ImageFormat.of(start).isPresent();
  }

  private interface JpegDecoding {
    RgbImage decode(byte[] encoded) throws IOException;
  }

  private static String unknown(byte[] encoded) {
    String expected = "expected a JPEG, PNG, GIF, BMP or WebP image, found ";
    if (encoded.length == 0) {
      return expected + "no bytes";
    }
    byte[] start = Arrays.copyOf(encoded, Math.min(SHOWN_BYTES, encoded.length));
    return expected
        + "%d bytes beginning with %s"
            .formatted(encoded.length, HexFormat.ofDelimiter(" ").formatHex(start));
  }
}
