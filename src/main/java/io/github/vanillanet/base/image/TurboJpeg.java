package io.github.vanillanet.base.image;

import com.sun.jna.Pointer;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Pixels by libjpeg-turbo, the library beneath Pillow, colours included. Thread-safe; each decoding
 * has a decompressor of its own.
 */
final class TurboJpeg {

  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 16;

  private final String name;
  private final NativeBuffers buffers = new NativeBuffers();

  private TurboJpeg(String name) {
    this.name = name;
  }

  /**
   * @throws LinkageError if this machine has no libjpeg-turbo that can be used
   */
  static TurboJpeg load() {
    return new TurboJpeg(TurboJpegLibrary.bind());
  }

  /** The library's file name. */
  String name() {
    return name;
  }

  /**
   * Whether every version of the library decodes it as Pillow's does: chroma with half the rows is
   * smoothed by some and repeated by others.
   */
  static boolean isExactFor(JpegFrame frame) {
    return IntStream.range(0, frame.components().size()).noneMatch(frame::halvesRowsOnly);
  }

  /**
   * Decodes to sides that are divided.
   *
   * @param divisor of both sides: 1, 2, 4 or 8
   * @return nothing if the file is damaged: the API does not tell a warning, after which the
   *     picture is whole, from an error after a warning
   */
  Optional<RgbImage> decode(JpegSegments file, int divisor) {
    int width = file.frame().width() / divisor;
    int height = file.frame().height() / divisor;
    boolean fourPlanes = file.frame().components().size() == 4;
    long size = (long) width * height * (fourPlanes ? 4 : 3);
    if (size > LARGEST_ARRAY) {
      return Optional.empty();
    }
    byte[] samples = new byte[(int) size];
    int format = fourPlanes ? TurboJpegLibrary.TJPF_CMYK : TurboJpegLibrary.TJPF_RGB;
    try (NativeBuffers.Buffer memory = buffers.take(file.end() + size)) {
      Pointer jpeg = memory.pointer();
      jpeg.write(0, file.encoded(), 0, file.end());
      Pointer pixels = jpeg.share(file.end());
      if (!decompress(jpeg, file.end(), pixels, width, height, format)) {
        return Optional.empty();
      }
      pixels.read(0, samples, 0, samples.length);
    }
    byte[] rgb = fourPlanes ? JpegColour.CMYK.toRgb(samples, width * height) : samples;
    return Optional.of(new RgbImage(width, height, rgb));
  }

  private static boolean decompress(
      Pointer jpeg, int jpegBytes, Pointer pixels, int width, int height, int format) {
    Pointer handle = TurboJpegLibrary.tjInitDecompress();
    if (handle == null) {
      throw new OutOfMemoryError("no memory for a decoder of libjpeg-turbo");
    }
    try {
      return 0
          == TurboJpegLibrary.tjDecompress2(
              handle, jpeg, jpegBytes, pixels, width, 0, height, format, 0);
    } finally {
      TurboJpegLibrary.tjDestroy(handle);
    }
  }
}
