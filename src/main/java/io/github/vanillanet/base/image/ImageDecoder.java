package io.github.vanillanet.base.image;

import static io.github.vanillanet.base.error.ErrorCode.UNDECODABLE_IMAGE;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decodes a JPEG, PNG, GIF, BMP, WebP or TIFF file to RGB. With {@link PictureRules#OFFICIAL} the
 * result is bit-equal to Pillow 9.4's {@code Image.open(file).convert("RGB")}: it decodes the first
 * frame, drops alpha without compositing, clips 16-bit gray to 255 and ignores colour profiles and
 * EXIF rotation. Other rules change exactly these points. It rejects files that Pillow calls
 * truncated. The pixel limit bounds the memory for any file, and the work limit the time.
 * Thread-safe.
 */
public final class ImageDecoder {

  private static final int SIGNATURE_BYTES = 12;
  private static final int SEARCHED_BYTES = 64;
  private static final String UNKNOWN = "";
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
  private static final Runnable NEVER_STOPS = () -> {};

  /** The limit of work up to 25 million pixels. */
  private static final long LEAST_MAX_NANOS = 2_000_000_000L;

  /** A higher pixel limit raises the limit of work in proportion. */
  private static final long NANOS_PER_PIXEL = 80;

  private final long maxPixels;
  private final long maxReducedPixels;
  private final long maxNanos;
  private final JpegDecoder jpeg;
  private final boolean reducing;
  private final PictureOptions options;
  private final Optional<HeicDecoder> heic;

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
    this(maxPixels, maxPixels, jpeg, reducing, PictureOptions.NONE, Optional.empty());
  }

  ImageDecoder(
      long maxPixels,
      long maxReducedPixels,
      JpegDecoder jpeg,
      boolean reducing,
      PictureOptions options,
      Optional<HeicDecoder> heic) {
    if (maxPixels < 1) {
      throw new IllegalArgumentException("maxPixels must be positive, found " + maxPixels);
    }
    this.options = options;
    this.heic = heic;
    this.maxPixels = Math.min(maxPixels, RgbImage.MAX_PIXELS);
    this.maxReducedPixels = Math.max(this.maxPixels, maxReducedPixels);
    this.maxNanos = Math.max(LEAST_MAX_NANOS, NANOS_PER_PIXEL * this.maxPixels);
    this.jpeg = jpeg;
    this.reducing = reducing && jpeg.canReduce();
  }

  /**
   * The decoder of a service or a training.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if a library or a program is missing
   */
  public static ImageDecoder of(ServingConfig config) {
    JpegDecoder jpeg = JpegDecoder.of(config.jpegDecoder());
    return new ImageDecoder(
        config.maxPixels(),
        config.maxJpegPixels(),
        jpeg,
        config.dctScaling(),
        config.preprocessing().map(PictureOptions::parse).orElse(PictureOptions.NONE),
        config.heic()
            ? Optional.of(new HeicDecoder(new ImageDecoder(config.maxPixels(), jpeg, false)))
            : Optional.empty());
  }

  /** The rules of new models, after the setting {@code vanillanet.preprocessing}. */
  public PictureRules trainingRules() {
    return options.apply(PictureRules.AUTO);
  }

  /** The rules of a model, after the setting {@code vanillanet.preprocessing}. */
  public PictureRules rules(Preprocessing preprocessing) {
    return options.apply(preprocessing.rules());
  }

  /** As {@link #open(byte[], PictureRules)}, with the official rules. */
  public EncodedImage open(byte[] encoded) {
    return open(encoded, PictureRules.OFFICIAL);
  }

  /**
   * Reads the headers of one file and counts the work of its decode.
   *
   * @param encoded the whole file; only read
   * @param rules how its samples become a picture
   * @throws ServiceException {@code UNSUPPORTED_IMAGE} if the bytes have no known image format
   * @throws ServiceException {@code TOO_LARGE} if the header declares more pixels than allowed
   * @throws ServiceException {@code UNDECODABLE_IMAGE} if the headers are damaged, the file is of
   *     an unsupported kind (12-bit or arithmetic JPEG, for instance), or the decode takes too much
   *     work
   */
  public EncodedImage open(byte[] encoded, PictureRules rules) {
    try {
      EncodedImage image =
          switch (format(encoded)) {
            case "JPEG" ->
                new JpegHeader(encoded, maxPixels, maxReducedPixels, maxNanos, jpeg, rules);
            case "PNG" -> PngCodec.open(encoded, maxPixels, rules);
            case "GIF" -> GifCodec.open(encoded, maxPixels, rules);
            case "BMP" -> BmpCodec.open(encoded, maxPixels, rules);
            case "WebP" -> WebpCodec.open(encoded, maxPixels, rules);
            case "TIFF" -> TiffCodec.open(encoded, maxPixels, maxNanos, jpeg, rules);
            default -> openHeic(encoded);
          };
      if (image instanceof DecodeWork && image.nanos() > maxNanos) { // a JPEG checks itself
        throw DecodeWork.tooMuch(image, maxNanos);
      }
      return image;
    } catch (BufferUnderflowException | IOException e) {
      throw undecodable(encoded, e);
    }
  }

  private EncodedImage openHeic(byte[] encoded) throws IOException {
    if (heic.isEmpty() || !HeicDecoder.isHeic(start(encoded))) {
      throw ForeignFormat.unsupported(encoded);
    }
    return heic.get().open(encoded, maxPixels);
  }

  /** As {@link #decode(byte[], PictureRules)}, with the official rules. */
  public RgbImage decode(byte[] encoded) {
    return decode(encoded, PictureRules.OFFICIAL);
  }

  /**
   * Decodes one file to the upright picture.
   *
   * @param encoded the whole file; only read
   * @throws ServiceException as {@link #open}, and {@code UNDECODABLE_IMAGE} if the pixels are
   *     damaged or truncated
   */
  public RgbImage decode(byte[] encoded, PictureRules rules) {
    EncodedImage image = open(encoded, rules);
    return decode(image, Integer.MAX_VALUE, Integer.MAX_VALUE, NEVER_STOPS)
        .upright(image.orientation());
  }

  /**
   * Decodes one opened file to the stored picture, which may not be upright. If this decoder
   * reduces, a JPEG that is much larger than needed is decoded at 1/2, 1/4 or 1/8 of its size. That
   * is not exact.
   *
   * @param preprocessing the preprocessing that the picture will go through
   * @param checkpoint runs now and then, except inside libjpeg-turbo and libwebp; its {@link
   *     ServiceException} stops the decode
   * @param inexact receives how the pixels differ from an exact decode of the whole file
   */
  public RgbImage decodeFor(
      Preprocessing preprocessing,
      EncodedImage image,
      Runnable checkpoint,
      Consumer<String> inexact) {
    RgbImage decoded =
        reducing
            ? decode(image, preprocessing.resizeWidth(), preprocessing.resizeHeight(), checkpoint)
            : decode(image, Integer.MAX_VALUE, Integer.MAX_VALUE, checkpoint);
    if (image instanceof JpegHeader header && (header.divisor > 1 || header.truncated)) {
      inexact.accept(
          header.truncated
              ? "the end of the file is missing"
              : "decoded at 1/%d of its size".formatted(header.divisor));
    }
    return decoded;
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
   * Returns whether this decoder may decode a file with this start. It may still be damaged.
   *
   * @param start at least the first 64 bytes of the file, or the whole file if it is shorter
   */
  public boolean recognises(byte[] start) {
    String format = format(start);
    return format.equals("HEIC")
        ? heic.isPresent() && HeicDecoder.isHeic(start(start))
        : !format.equals(UNKNOWN);
  }

  /** Returns whether a file with this start is an image of some kind, decodable or not. */
  public static boolean mayBeImage(byte[] start) {
    String format = format(start);
    return format.equals("HEIC") ? HeicDecoder.isHeic(start(start)) : !format.equals(UNKNOWN);
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

  private static String start(byte[] encoded) {
    return new String(
        encoded, 0, Math.min(SEARCHED_BYTES, encoded.length), StandardCharsets.ISO_8859_1);
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
    if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
      return "WebP";
    }
    boolean tiff =
        start.startsWith("II*\0")
            || start.startsWith("MM\0*")
            || start.startsWith("II+\0\b\0\0\0")
            || start.startsWith("MM\0+\0\b\0\0");
    if (tiff && !start.startsWith("CR\2", 8)) {
      return "TIFF";
    }
    return start.startsWith("ftyp", 4) ? "HEIC" : UNKNOWN;
  }
}
