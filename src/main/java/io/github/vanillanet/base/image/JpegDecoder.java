package io.github.vanillanet.base.image;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Decodes JPEGs, baseline or progressive, with Huffman coding. Uses libjpeg-turbo if this machine
 * has it, and the JDK's decoder for files that libjpeg-turbo rejects, warns about or does not
 * decode exactly. Thread-safe.
 *
 * <p>Pillow uses libjpeg-turbo, too. Its TurboJPEG API is needed in version 2.0 or later. Each call
 * has its own decompressor.
 *
 * @see <a href="https://rawcdn.githack.com/libjpeg-turbo/libjpeg-turbo/main/doc/turbojpeg/">the
 *     API</a>
 */
public final class JpegDecoder {

  private static final String IMAGE_IO = "ImageIO";
  private static final int LARGEST_DIVISOR = 8;

  /**
   * A reduced picture keeps at least this many samples per pixel of the resized picture, in each
   * direction. Pillow's thumbnails do the same ({@code reducing_gap=2.0}).
   */
  private static final int SAMPLES_PER_PIXEL = 2;

  /** Pixel format: interleaved red, green, blue. */
  private static final int TJPF_RGB = 0;

  /** Pixel format: interleaved cyan, magenta, yellow, black, as stored. */
  private static final int TJPF_CMYK = 11;

  /** Flag: the first warning ends the decode. Versions that do not know it ignore it. */
  private static final int TJFLAG_STOPONWARNING = 8192;

  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 16;

  /** Enough for a photo of 1.3 million pixels. Larger buffers are freed after use. */
  private static final long KEPT_BYTES = 4 << 20;

  /** Nanoseconds per visited block, and per refined coefficient. */
  private static final int NANOS_PER_BLOCK = 15;

  private static final int NANOS_PER_REFINED_COEFFICIENT = 2;

  /** Nanoseconds per byte of a scan. The scans of progressive files code fewer bits at once. */
  private static final int NANOS_PER_BYTE = 12;

  private static final int NANOS_PER_PROGRESSIVE_BYTE = 24;

  /** Nanoseconds per sample of the picture. */
  private static final int NANOS_PER_SAMPLE = 3;

  private final String description;
  private final boolean turbo;
  private final ImageIoJpeg imageIo = new ImageIoJpeg();

  /** Addresses of idle buffers, kept because fresh pages cost more than decoding into them. */
  private final BlockingQueue<Long> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

  private JpegDecoder(String description, boolean turbo) {
    this.description = description;
    this.turbo = turbo;
  }

  /** The JDK's own decoder. */
  public static JpegDecoder imageIo() {
    return new JpegDecoder(IMAGE_IO, false);
  }

  /**
   * The decoder that the setting {@code vanillanet.jpeg-decoder} selects.
   *
   * @param choice {@code turbojpeg}, {@code imageio}, or {@code auto} for libjpeg-turbo if this
   *     machine has it and the JDK's decoder otherwise
   * @throws ServiceException {@code BAD_CONFIGURATION} if the choice is unknown, or if it is {@code
   *     turbojpeg} and this machine has no usable libjpeg-turbo
   */
  public static JpegDecoder of(String choice) {
    return switch (choice) {
      case "imageio" -> imageIo();
      case "turbojpeg", "auto" -> {
        try {
          yield new JpegDecoder("libjpeg-turbo (%s)".formatted(loadTurbo()), true);
        } catch (LinkageError e) {
          if (choice.equals("turbojpeg")) {
            throw BAD_CONFIGURATION.error(
                e, "vanillanet.jpeg-decoder: libjpeg-turbo cannot be loaded: %s", firstLine(e));
          }
          yield new JpegDecoder(
              "%s (no libjpeg-turbo: %s)".formatted(IMAGE_IO, firstLine(e)), false);
        }
      }
      default ->
          throw BAD_CONFIGURATION.error(
              "vanillanet.jpeg-decoder: expected auto, turbojpeg or imageio, found '%s'", choice);
    };
  }

  /**
   * Finds the library as the dynamic linker does, and returns its file name.
   *
   * @throws LinkageError if this machine has no usable library
   */
  private static String loadTurbo() {
    if (NativeLong.SIZE != Long.BYTES) {
      throw new UnsatisfiedLinkError("a C long has %d bytes here".formatted(NativeLong.SIZE));
    }
    String name = Platform.isLinux() ? "libturbojpeg.so.0" : "turbojpeg";
    Native.register(JpegDecoder.class, NativeLibrary.getInstance(name));
    return name;
  }

  /** Returns whether this decoder can reduce pictures while it decodes them. */
  public boolean canReduce() {
    return turbo;
  }

  /** The decoder's name, and for {@code auto} without libjpeg-turbo the reason. */
  @Override
  public String toString() {
    return description;
  }

  /** Estimates the time of the library that will decode the file. */
  long nanos(JpegHeader header) {
    long nanos =
        NANOS_PER_BLOCK * header.blocks
            + NANOS_PER_REFINED_COEFFICIENT * header.refinedCoefficients
            + (header.progressive ? NANOS_PER_PROGRESSIVE_BYTE : NANOS_PER_BYTE)
                * header.entropyBytes
            + NANOS_PER_SAMPLE * (long) header.width * header.height * header.planes;
    return turbo && !header.hasHalvedRows ? nanos : nanos + imageIo.extraNanos(header);
  }

  /**
   * Decodes one picture, at a fraction of its size if libjpeg-turbo is present and that leaves
   * enough samples for the needed size.
   *
   * @param neededWidth columns that the picture will be resized to; {@link Integer#MAX_VALUE}
   *     decodes the whole picture
   * @param neededHeight rows, likewise
   */
  RgbImage decode(JpegHeader header, int neededWidth, int neededHeight, Runnable checkpoint)
      throws IOException {
    if (turbo && !header.truncated) { // every warning stops libjpeg-turbo here
      int divisor = header.divisor;
      if (neededWidth < Integer.MAX_VALUE) {
        divisor = Math.max(divisor, divisor(header, neededWidth, neededHeight));
      }
      if (divisor > 1 || !header.hasHalvedRows) {
        Optional<RgbImage> decoded = decodeWithTurbo(header, divisor);
        if (decoded.isPresent()) {
          return decoded.get();
        }
        if (header.divisor > 1) {
          throw new IOException(
              "libjpeg-turbo rejects it, and %dx%d pixels are too many for the JDK's decoder"
                  .formatted(header.width, header.height));
        }
        if (header.nanos() + imageIo.extraNanos(header) > header.maxNanos) {
          throw new IOException(
              "libjpeg-turbo rejects it, and its %s would take ImageIO too long"
                  .formatted(header.work()));
        }
      }
    }
    return imageIo.decode(header, checkpoint);
  }

  /** Only exact divisors of both sides qualify: rounded sides would shift the crop. */
  private static int divisor(JpegHeader header, int neededWidth, int neededHeight) {
    int width = header.width;
    int height = header.height;
    int divisor = LARGEST_DIVISOR;
    while (divisor > 1
        && (width % divisor != 0
            || height % divisor != 0
            || width / (SAMPLES_PER_PIXEL * divisor) < neededWidth
            || height / (SAMPLES_PER_PIXEL * divisor) < neededHeight)) {
      divisor /= 2;
    }
    return divisor;
  }

  private static String firstLine(Throwable problem) {
    return String.valueOf(problem.getMessage())
        .lines()
        .findFirst()
        .orElse("")
        .strip()
        .replaceFirst(":$", "");
  }

  /**
   * Decodes at a fraction of the picture's size.
   *
   * @param divisor of both sides: 1, 2, 4 or 8
   * @return empty if the library reports an error or a warning; the API does not distinguish them
   */
  Optional<RgbImage> decodeWithTurbo(JpegHeader header, int divisor) {
    int width = (header.width + divisor - 1) / divisor;
    int height = (header.height + divisor - 1) / divisor;
    int end = header.end;
    boolean cmyk = header.planes == 4;
    long size = (long) width * height * (cmyk ? 4 : 3);
    if (size > LARGEST_ARRAY) {
      return Optional.empty();
    }
    byte[] samples = new byte[(int) size];
    long bytes = end + size;
    Long kept = bytes > KEPT_BYTES ? null : idle.poll();
    long address = kept == null ? Native.malloc(Math.max(bytes, KEPT_BYTES)) : kept;
    if (address == 0) {
      throw new OutOfMemoryError("no native memory for a picture of %d bytes".formatted(bytes));
    }
    try {
      Pointer jpeg = new Pointer(address);
      Pointer pixels = jpeg.share(end);
      jpeg.write(0, header.encoded, 0, end);
      if (!decompress(jpeg, end, pixels, width, height, cmyk ? TJPF_CMYK : TJPF_RGB)) {
        return Optional.empty();
      }
      pixels.read(0, samples, 0, samples.length);
    } finally {
      if (bytes > KEPT_BYTES || !idle.offer(address)) {
        Native.free(address);
      }
    }
    return Optional.of(new RgbImage(width, height, cmyk ? JpegPlanes.cmykToRgb(samples) : samples));
  }

  private static boolean decompress(
      Pointer jpeg, int jpegBytes, Pointer pixels, int width, int height, int format) {
    Pointer handle = tjInitDecompress();
    if (handle == null) {
      throw new OutOfMemoryError("libjpeg-turbo has no memory for a decompressor");
    }
    try {
      return tjDecompress2(
              handle, jpeg, jpegBytes, pixels, width, 0, height, format, TJFLAG_STOPONWARNING)
          == 0;
    } finally {
      tjDestroy(handle);
    }
  }

  private static native Pointer tjInitDecompress();

  /**
   * Decodes a whole picture. The sizes select the scale; a {@code pitch} of 0 means rows without
   * padding.
   *
   * @return 0, or -1 after an error or a warning
   */
  private static native int tjDecompress2(
      Pointer handle,
      Pointer jpeg,
      long jpegBytes,
      Pointer pixels,
      int width,
      int pitch,
      int height,
      int pixelFormat,
      int flags);

  private static native int tjDestroy(Pointer handle);
}
