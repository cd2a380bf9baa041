package io.github.vanillanet.base.image;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * libjpeg-turbo's TurboJPEG API, version 2.0 or later: the library that Pillow uses. Thread-safe;
 * each call has its own decompressor.
 *
 * @see <a href="https://rawcdn.githack.com/libjpeg-turbo/libjpeg-turbo/main/doc/turbojpeg/">the
 *     API</a>
 */
final class TurboJpeg {

  /** Pixel format: interleaved red, green, blue. */
  private static final int TJPF_RGB = 0;

  /** Pixel format: interleaved cyan, magenta, yellow, black, as stored. */
  private static final int TJPF_CMYK = 11;

  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 16;

  /**
   * The size of a kept buffer, enough for a photo of 1.3 million pixels. Larger buffers are freed
   * after use.
   */
  private static final long KEPT_BYTES = 4 << 20;

  private final String name;

  /** Addresses of idle buffers, kept because fresh pages cost more than decoding into them. */
  private final BlockingQueue<Long> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

  private TurboJpeg(String name) {
    this.name = name;
  }

  /**
   * Finds the library as the dynamic linker does.
   *
   * @throws LinkageError if this machine has no usable library
   */
  static TurboJpeg load() {
    if (NativeLong.SIZE != Long.BYTES) {
      throw new UnsatisfiedLinkError("a C long has %d bytes here".formatted(NativeLong.SIZE));
    }
    String name = Platform.isLinux() ? "libturbojpeg.so.0" : "turbojpeg";
    Native.register(TurboJpeg.class, NativeLibrary.getInstance(name));
    return new TurboJpeg(name);
  }

  /** The library's file name. */
  String name() {
    return name;
  }

  /**
   * Decodes at a fraction of the picture's size.
   *
   * @param divisor of both sides: 1, 2, 4 or 8
   * @return empty if the library reports an error or a warning; the API does not distinguish them
   */
  Optional<RgbImage> decode(JpegHeader header, int divisor) {
    int width = header.width() / divisor;
    int height = header.height() / divisor;
    int end = header.end();
    boolean cmyk = header.planes() == 4;
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
      jpeg.write(0, header.encoded(), 0, end);
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
      return tjDecompress2(handle, jpeg, jpegBytes, pixels, width, 0, height, format, 0) == 0;
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
