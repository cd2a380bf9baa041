package io.github.vanillanet.base.image;

import static io.github.vanillanet.base.error.ErrorCode.UNDECODABLE_IMAGE;
import static io.github.vanillanet.base.error.ErrorCode.UNSUPPORTED_IMAGE;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Decodes a JPEG, PNG, GIF, BMP or WebP file to RGB, bit-equal to Pillow 9.4's {@code
 * Image.open(file).convert("RGB")}: it decodes the first frame, drops alpha without compositing,
 * clips 16-bit gray to 255 and ignores colour profiles and EXIF rotation. It rejects files that
 * Pillow calls truncated. The pixel limit bounds the memory for any file, and the work limit the
 * time. Thread-safe.
 */
public final class ImageDecoder {

  private static final int SIGNATURE_BYTES = 12;
  private static final int SHOWN_BYTES = 8;
  private static final String UNKNOWN = "";
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
  private static final Runnable NEVER_STOPS = () -> {};

  /** The limit of work up to 25 million pixels. */
  private static final long LEAST_MAX_NANOS = 2_000_000_000L;

  /** A higher pixel limit raises the limit of work in proportion. */
  private static final long NANOS_PER_PIXEL = 80;

  private final long maxPixels;
  private final long maxNanos;
  private final JpegDecoder jpeg;
  private final boolean reducing;

  /** Creates a decoder that uses the JDK's JPEG decoder. */
  public ImageDecoder(long maxPixels) {
    this(maxPixels, JpegDecoder.imageIo(), false);
  }

  /**
   * @param maxPixels the most pixels of a picture, width times height in its header
   * @param jpeg the JPEG decoder; the choice does not affect the pixels
   * @param reducing whether {@link #decodeFor} may reduce large JPEGs while it decodes them;
   *     ignored if {@code jpeg} cannot reduce
   */
  public ImageDecoder(long maxPixels, JpegDecoder jpeg, boolean reducing) {
    if (maxPixels < 1) {
      throw new IllegalArgumentException("maxPixels must be positive, found " + maxPixels);
    }
    this.maxPixels = Math.min(maxPixels, RgbImage.MAX_PIXELS);
    this.maxNanos = Math.max(LEAST_MAX_NANOS, NANOS_PER_PIXEL * this.maxPixels);
    this.jpeg = jpeg;
    this.reducing = reducing && jpeg.canReduce();
  }

  /**
   * Reads the headers of one file and counts the work of its decode.
   *
   * @param encoded the whole file; only read
   * @throws ServiceException {@code UNSUPPORTED_IMAGE} if the bytes have no known image format
   * @throws ServiceException {@code TOO_LARGE} if the header declares more pixels than allowed
   * @throws ServiceException {@code UNDECODABLE_IMAGE} if the headers are damaged, the file is of
   *     an unsupported kind (12-bit or arithmetic JPEG, for instance), or the decode takes too much
   *     work
   */
  public EncodedImage open(byte[] encoded) {
    try {
      EncodedImage image =
          switch (format(encoded)) {
            case "JPEG" -> new JpegHeader(encoded, maxPixels, maxNanos, jpeg);
            case "PNG" -> PngCodec.open(encoded, maxPixels);
            case "GIF" -> GifCodec.open(encoded, maxPixels);
            case "BMP" -> BmpCodec.open(encoded, maxPixels);
            case "WebP" -> WebpCodec.open(encoded, maxPixels);
            default -> throw UNSUPPORTED_IMAGE.error(unsupported(encoded));
          };
      if (image.nanos() > maxNanos) {
        throw new IOException(
            "its %s would take about %.1f s, expected at most %.1f s. Save it again in the usual"
                    .formatted(image.work(), image.nanos() / 1e9, maxNanos / 1e9)
                + " form, or reduce it");
      }
      return image;
    } catch (BufferUnderflowException | IOException e) {
      throw undecodable(encoded, e);
    }
  }

  /**
   * Decodes one file.
   *
   * @param encoded the whole file; only read
   * @throws ServiceException as {@link #open}, and {@code UNDECODABLE_IMAGE} if the pixels are
   *     damaged or truncated
   */
  public RgbImage decode(byte[] encoded) {
    return decode(open(encoded), Integer.MAX_VALUE, Integer.MAX_VALUE, NEVER_STOPS);
  }

  /**
   * Decodes one opened file. If this decoder reduces, a JPEG that is much larger than needed is
   * decoded at 1/2, 1/4 or 1/8 of its size. That is not exact.
   *
   * @param preprocessing the preprocessing that the picture will go through
   * @param checkpoint runs now and then, except inside libjpeg-turbo and libwebp; its {@link
   *     ServiceException} stops the decode
   */
  public RgbImage decodeFor(Preprocessing preprocessing, EncodedImage image, Runnable checkpoint) {
    return reducing
        ? decode(image, preprocessing.resizeWidth(), preprocessing.resizeHeight(), checkpoint)
        : decode(image, Integer.MAX_VALUE, Integer.MAX_VALUE, checkpoint);
  }

  /** Returns whether {@link #decodeFor} reduces large JPEGs while it decodes them. */
  public boolean reduces() {
    return reducing;
  }

  /** The JPEG decoder, and whether it reduces large photos. */
  public String jpegDecoder() {
    return reducing ? jpeg + ", large photos DCT-scaled" : jpeg.toString();
  }

  /**
   * Returns whether a file with this start has a known image format. It may still be damaged.
   *
   * @param start at least the first 12 bytes of the file, or the whole file if it is shorter
   */
  public static boolean recognises(byte[] start) {
    return !format(start).equals(UNKNOWN);
  }

  private RgbImage decode(
      EncodedImage image, int neededWidth, int neededHeight, Runnable checkpoint) {
    long started = CPU.getCurrentThreadCpuTime();
    Runnable limited =
        () -> {
          checkpoint.run();
          long used = CPU.getCurrentThreadCpuTime() - started;
          if (used > maxNanos) { // compressed data may take longer than their size suggests
            throw UNDECODABLE_IMAGE.error(
                "the decode of the %s image has used %.1f s of processor time, the limit",
                format(image.encoded()), used / 1e9);
          }
        };
    try {
      return image.decode(neededWidth, neededHeight, limited);
    } catch (BufferUnderflowException | IOException e) {
      throw undecodable(image.encoded(), e);
    }
  }

  private static ServiceException undecodable(byte[] encoded, Exception cause) {
    return UNDECODABLE_IMAGE.error(
        cause,
        "%s image of %d bytes cannot be decoded: %s",
        format(encoded),
        encoded.length,
        cause instanceof IOException ? cause.getMessage() : "it is truncated");
  }

  private static String format(byte[] encoded) {
    String start =
        new String(
            encoded, 0, Math.min(SIGNATURE_BYTES, encoded.length), StandardCharsets.ISO_8859_1);
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return "JPEG";
    }
    if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
      return "PNG";
    }
    if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return "GIF";
    }
    if (start.startsWith("BM")) {
      return "BMP";
    }
    return start.startsWith("RIFF") && start.startsWith("WEBP", 8) ? "WebP" : UNKNOWN;
  }

  private static String unsupported(byte[] encoded) {
    byte[] start = Arrays.copyOf(encoded, Math.min(SHOWN_BYTES, encoded.length));
    return "expected a JPEG, PNG, GIF, BMP or WebP image, found %d bytes%s%s"
        .formatted(
            encoded.length,
            encoded.length == 0 ? "" : " that start with ",
            HexFormat.ofDelimiter(" ").formatHex(start));
  }
}
